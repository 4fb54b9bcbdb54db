// SPDX-License-Identifier: Apache-2.0
#include "module/ways/stream_request.hpp"

#include "module/asks/ask_methods.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/ask_login.hpp"
#include "module/ways/ask_route.hpp"
#include "module/ways/request_claim.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

// A request of a tunnel, of which httpd or the gateway has asked, or will ask, what stream it is about.
bool is_tunnel_request(request_rec* r) {
  if (is_open_of_ask(r)) return true;
  return is_clients_own(r) && server_config(r->server).has_streams && r->method_number == M_POST &&
         tunnel_target(r).error == protocol::TargetError::none;
}

constexpr const char* kHiddenQueryNote = "rtmpt-hidden-query"; // in r->notes

// "GET /live/cam1.flv HTTP/1.1" of "GET /live/cam1.flv?token=… HTTP/1.1".
char* without_query(apr_pool_t* pool, const char* request_line) {
  const std::string_view line(request_line);
  const std::size_t begin = line.find('?');
  const std::size_t end = line.find(' ', std::min(begin, line.size()));
  if (begin == std::string_view::npos) return apr_pstrdup(pool, request_line);
  const std::string_view rest = end == std::string_view::npos ? std::string_view() : line.substr(end);
  return apr_pstrcat(pool, apr_pstrmemdup(pool, line.data(), begin), std::string(rest).c_str(), nullptr);
}

// With an internal redirect, of all requests that the client's has become.
int leave_out_query(request_rec* r) {
  if (!apr_table_get(r->notes, kHiddenQueryNote)) return DECLINED;
  for (request_rec* one = r; one; one = one->next) {
    one->args = nullptr;
    if (one->the_request) one->the_request = without_query(one->pool, one->the_request);
  }
  return DECLINED;
}

} // namespace

StreamWish wish_of_request(request_rec* r) {
  switch (purpose_of(r)) {
  case AskPurpose::publish: return StreamWish::publish;
  case AskPurpose::play: return StreamWish::play;
  case AskPurpose::open:
  case AskPurpose::connect: return StreamWish::connect;
  case AskPurpose::done:
  case AskPurpose::none: break;
  }
  // No stream has a name yet in the trial, so no token or callback can speak about one: a login alone is looked for.
  if (is_publish_of_ask(r) || is_tunnel_request(r)) return StreamWish::connect;
  if (is_play_of_viewer(r)) return StreamWish::play;
  return is_clients_own(r) && r->method_number == M_GET ? StreamWish::play : StreamWish::none; // HEAD is M_GET too
}

const char* app_query_of(const request_rec* r) {
  if (purpose_of(r) == AskPurpose::none) return "";
  const char* const query = find_connection_notes(r->connection)->ask_app_query;
  return query ? query : "";
}

void hide_query_of(request_rec* r) {
  apr_table_setn(r->notes, kHiddenQueryNote, "1");
}

void note_refusal(request_rec* r, const char* id, const char* why) {
  if (RequestClaim* const claim = find_claim(r); claim && !claim->watch && !claim->list_app)
    claim->refusal = why;
  else
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "%s: a request for a stream is refused: %s", id, why);
}

void register_stream_request_hooks(apr_pool_t*) {
  // Before any log is written.
  ap_hook_log_transaction(guarded<leave_out_query, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
