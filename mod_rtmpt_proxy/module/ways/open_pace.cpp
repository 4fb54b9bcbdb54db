// SPDX-License-Identifier: Apache-2.0
#include "module/ways/open_pace.hpp"

#include "module/child/child_state.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/ways/request_claim.hpp"

#include <rtmpt_proxy/policy/limits/counted_address.hpp>
#include <rtmpt_proxy/policy/limits/refusal_tally.hpp>

#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

constexpr int kTooManyRequests = HTTP_TOO_MANY_REQUESTS;

// The open of a client of RTMPT that names a user. On a host with plain ProxyPass it has no claim yet.
bool tries_password(request_rec* r) {
  if (r->method_number != M_POST || !is_clients_own(r) || !apr_table_get(r->headers_in, "Authorization")) return false;
  if (const RequestClaim* const claim = find_claim(r)) return is_open(claim->parsed);
  const std::string_view filename(r->filename ? r->filename : "");
  return r->proxyreq == PROXYREQ_REVERSE && filename.starts_with("proxy:") &&
         leads_to_backend(r->pool, proxy_config(r->server), r->filename + 6) && is_open(tunnel_target(r));
}

policy::RefusalTally* tally_of(const request_rec* r) {
  const ChildState* const child = server_config(r->server).child;
  return child ? child->refused_opens : nullptr;
}

// Before any password is looked at.
int hold_back(request_rec* r) {
  const policy::RefusalTally* const tally = tally_of(r);
  if (!tally || !tries_password(r) || !tally->is_spent(policy::counted_as(r->useragent_ip), Clock::now()))
    return DECLINED;
  if (RequestClaim* const claim = find_claim(r)) claim->refusal = "too many wrong passwords came from this address";
  apr_table_setn(r->err_headers_out, "Retry-After", "60");
  return kTooManyRequests;
}

// In the form that the line about a refused ask has: fail2ban reads both.
int note_refusal(request_rec* r) {
  policy::RefusalTally* const tally = tally_of(r);
  const int status = final_status(r);
  if (!tally || (status != HTTP_UNAUTHORIZED && status != kTooManyRequests) || !tries_password(r)) return DECLINED;
  if (status == HTTP_UNAUTHORIZED) tally->note(policy::counted_as(r->useragent_ip), Clock::now());
  if (const auto left_out = server_config(r->server).child->refused_rtmp_lines.admit(r->useragent_ip, Clock::now()))
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                  "%s: %d for client %s, which would open a session at virtual host %s%s", ids::kOpenRefused, status,
                  shown_client(r).c_str(), r->server->server_hostname, policy::words_for_left_out(*left_out).c_str());
  return DECLINED;
}

} // namespace

void register_open_pace_hooks(apr_pool_t*) {
  // Behind the translation, which says where the request goes, and before authentication.
  ap_hook_map_to_storage(guarded<hold_back, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST - 1);
  // No order: it changes nothing that other logs look at.
  ap_hook_log_transaction(guarded<note_refusal, DECLINED>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
