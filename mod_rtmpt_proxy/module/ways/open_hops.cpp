// SPDX-License-Identifier: Apache-2.0
#include "module/ways/open_hops.hpp"

#include "module/child/child_state.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/ways/answer.hpp"

#include <rtmpt_proxy/protocol/rtmpt/hop_list.hpp>

#include <utility>

namespace rtmpt_proxy::apache {

// A loop is logged as an error: only a server that had the open can know this virtual host's mark. A list that is too
// long or bad can come from anybody.
int check_hops(request_rec* r, RequestClaim& claim) {
  const char* const value = apr_table_get(r->headers_in, protocol::kHopHeader);
  protocol::HopCheck check = protocol::check_hops(value ? value : "", server_config(r->server).hop_name);
  if (check.verdict == protocol::HopVerdict::passes) {
    claim.hops = std::move(check.onward);
    return DECLINED;
  }
  claim.refusal = protocol::to_string(check.verdict);
  if (check.verdict == protocol::HopVerdict::comes_back) {
    if (const auto left_out = server_config(r->server).child->returning_lines.admit(Clock::now()))
      ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                    "%s: no session for virtual host %s: %s: its rtmpt:// server leads back here: expected the address"
                    " of a media server%s",
                    ids::kOpenComesBack, r->server->server_hostname, claim.refusal.c_str(),
                    policy::words_for_left_out(*left_out).c_str());
  } else
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "%s: no session for client %s at virtual host %s: %s", ids::kBadHops,
                  shown_client(r).c_str(), r->server->server_hostname, claim.refusal.c_str());
  return answer_error(r, HTTP_LOOP_DETECTED);
}

} // namespace rtmpt_proxy::apache
