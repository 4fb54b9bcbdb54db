// SPDX-License-Identifier: Apache-2.0
#include "module/ways/refused_ask.hpp"

#include "module/asks/ask_methods.hpp"
#include "module/asks/shown_path.hpp"
#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/ways/ask_login.hpp"
#include "module/ways/request_claim.hpp"

#include <string>

namespace rtmpt_proxy::apache {

namespace {

const char* wish_of(const request_rec* r) {
  switch (purpose_of(r)) {
  case AskPurpose::connect: return "connect by RTMPT to ";
  case AskPurpose::publish: return "publish ";
  case AskPurpose::play: return "play ";
  default: return "speak RTMP to ";
  }
}

// "/live" for an application, "live/cam1" for a stream, as people write them.
const char* path_of(const request_rec* r) {
  const char* const path = shown_path(r);
  const AskPurpose purpose = purpose_of(r);
  const bool is_stream = purpose == AskPurpose::publish || purpose == AskPurpose::play;
  return is_stream && *path == '/' ? path + 1 : path;
}

// The status stands before the client's own words, so that they cannot make up another one.
int log_refused_ask(request_rec* r) {
  if (purpose_of(r) == AskPurpose::none || purpose_of(r) == AskPurpose::done) return DECLINED;
  const RequestClaim* const claim = find_claim(r);
  if ((claim && claim->admitted) || asks_for_login(r)) return DECLINED;
  ChildState* const child = server_config(r->server).child;
  const auto left_out = child ? child->refused_rtmp_lines.admit(r->useragent_ip, Clock::now()) : std::nullopt;
  if (!left_out) return DECLINED;
  const bool has_words = claim && !claim->refusal.empty();
  ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                "%s: %d for client %s, session %s, which would %s%s at virtual host %s%s%s%s", ids::kRtmpRefused,
                final_status(r), shown_client(r).c_str(), find_ask(r->connection)->session_name.text().c_str(),
                wish_of(r), ap_escape_logitem(r->pool, path_of(r)), r->server->server_hostname, has_words ? ": " : "",
                has_words ? ap_escape_logitem(r->pool, claim->refusal.c_str()) : "",
                policy::words_for_left_out(*left_out).c_str());
  return DECLINED;
}

} // namespace

void register_refused_ask_hooks(apr_pool_t*) {
  // No order: it changes nothing.
  ap_hook_log_transaction(guarded<log_refused_ask, DECLINED>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
