#include "fail_over.hpp"

#include "hook_guard.hpp"

#include <algorithm>

namespace rtmpt_proxy::apache {

namespace {

// failonstatus= looks at the answer alone. A 503 that says "too many sessions" would take a good member out.
int keep_member(proxy_worker*, proxy_balancer*, request_rec* r, proxy_server_conf*) {
  const RequestClaim* const claim = find_claim(r);
  return claim && claim->spares_member ? OK : DECLINED;
}

} // namespace

void note_failure(RequestClaim& claim, proxy_worker& worker) {
  for (proxy_worker* const earlier : claim.failed)
    if (PROXY_WORKER_IS_ERROR(earlier)) earlier->s->error_time = apr_time_now();
  if (!has_failed(claim, worker)) claim.failed.push_back(&worker);
}

bool has_failed(const RequestClaim& claim, const proxy_worker& worker) {
  return std::find(claim.failed.begin(), claim.failed.end(), &worker) != claim.failed.end();
}

void register_fail_over_hooks(apr_pool_t*) {
  // Before mod_proxy_balancer's, which alone would follow: the first that does not decline is the last.
  static const char* const before[] = {"mod_proxy_balancer.c", nullptr};
  proxy_hook_post_request(guarded<keep_member, DECLINED>, nullptr, before, APR_HOOK_FIRST);
}

} // namespace rtmpt_proxy::apache
