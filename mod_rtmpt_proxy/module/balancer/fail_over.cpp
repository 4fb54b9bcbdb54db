// SPDX-License-Identifier: Apache-2.0
#include "module/balancer/fail_over.hpp"

#include "module/core/hook_guard.hpp"

#include <algorithm>

namespace rtmpt_proxy::apache {

namespace {

// failonstatus= sees only the status of the answer. Without this, a 503 for "too many sessions" would put a good member
// into error.
int keep_member(proxy_worker*, proxy_balancer*, request_rec* r, proxy_server_conf*) {
  const RequestClaim* const claim = find_claim(r);
  return claim && claim->spares_member ? OK : DECLINED;
}

// Notes when mod_proxy has marked the skipped members as being in error.
void note_error_times(RequestClaim& claim) {
  for (SkippedMember& skipped : claim.skipped)
    if (skipped.error_time == 0 && PROXY_WORKER_IS_ERROR(skipped.worker))
      skipped.error_time = skipped.worker->s->error_time;
}

int before_next_member(proxy_worker**, proxy_balancer**, request_rec* r, proxy_server_conf*, char**) {
  if (RequestClaim* const claim = find_claim(r)) note_error_times(*claim);
  return DECLINED;
}

} // namespace

void note_failure(RequestClaim& claim, proxy_worker& worker) {
  for (proxy_worker* const earlier : claim.failed)
    if (PROXY_WORKER_IS_ERROR(earlier)) earlier->s->error_time = apr_time_now();
  if (!has_failed(claim, worker)) claim.failed.push_back(&worker);
}

void note_skip(RequestClaim& claim, proxy_worker& worker) {
  const auto is_same = [&worker](const SkippedMember& skipped) { return skipped.worker == &worker; };
  if (std::none_of(claim.skipped.begin(), claim.skipped.end(), is_same)) claim.skipped.push_back({&worker, 0});
}

void restore_skipped(RequestClaim& claim) {
  note_error_times(claim);
  for (const SkippedMember& skipped : claim.skipped)
    if (PROXY_WORKER_IS_ERROR(skipped.worker) && skipped.worker->s->error_time == skipped.error_time)
      skipped.worker->s->status &= ~static_cast<unsigned int>(PROXY_WORKER_IN_ERROR);
}

bool has_failed(const RequestClaim& claim, const proxy_worker& worker) {
  const auto is_it = [&worker](const SkippedMember& skipped) { return skipped.worker == &worker; };
  return std::find(claim.failed.begin(), claim.failed.end(), &worker) != claim.failed.end() ||
         std::any_of(claim.skipped.begin(), claim.skipped.end(), is_it);
}

void register_fail_over_hooks(apr_pool_t*) {
  // Before mod_proxy_balancer's hook, which would otherwise decide: the first hook that does not decline ends the list.
  static const char* const before[] = {"mod_proxy_balancer.c", nullptr};
  proxy_hook_post_request(guarded<keep_member, DECLINED>, nullptr, before, APR_HOOK_FIRST);
  proxy_hook_pre_request(guarded<before_next_member, DECLINED>, nullptr, before, APR_HOOK_FIRST);
}

} // namespace rtmpt_proxy::apache
