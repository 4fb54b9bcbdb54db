// SPDX-License-Identifier: Apache-2.0
#include "module/asks/ask_request.hpp"

#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"

#include <rtmpt_proxy/policy/routing/ask_target.hpp>

#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

bool is_request_of_ask(const request_rec* r) {
  return !r->main && !r->prev && find_ask(r->connection);
}

// Takes the header out of the request; null: there is none. The value lives as long as the request.
char* take_header(request_rec* r, std::string_view header) {
  const char* const name = header.data(); // a constant, which ends with a zero byte
  const char* const value = apr_table_get(r->headers_in, name);
  apr_table_unset(r->headers_in, name);
  return value ? apr_pstrdup(r->connection->pool, value) : nullptr;
}

int take_headers(request_rec* r) {
  if (!is_request_of_ask(r)) return DECLINED;
  r->args = take_header(r, policy::kAskQueryHeader);
  ConnectionNotes& notes = connection_notes(r->connection);
  notes.ask_vhost = take_header(r, policy::kAskVhostHeader);
  notes.ask_shown_path = take_header(r, policy::kAskShownPathHeader);
  notes.ask_login = take_header(r, policy::kAskLoginHeader);
  notes.ask_publishes = take_header(r, policy::kAskPublishesHeader) != nullptr;
  notes.ask_app_query = take_header(r, policy::kAskAppQueryHeader);
  notes.ask_session_form = take_header(r, policy::kAskSessionFormHeader);
  notes.ask_stream_form = take_header(r, policy::kAskStreamFormHeader);
  notes.ask_needs_rule = take_header(r, policy::kAskRuleHeader) != nullptr;
  return DECLINED;
}

// Also for requests that httpd cannot read: those run no other hook before the error document.
int leave_out_error_documents(request_rec* r) {
  if (!is_request_of_ask(r)) return OK;
  const int unknown = ap_index_of_response(HTTP_INTERNAL_SERVER_ERROR);
  for (int status = HTTP_MULTIPLE_CHOICES; status < 600; ++status)
    if (status == HTTP_INTERNAL_SERVER_ERROR || ap_index_of_response(status) != unknown)
      ap_custom_response(r, status, "");
  return OK;
}

int hide_query(request_rec* r) {
  if (is_request_of_ask(r)) r->args = nullptr;
  return DECLINED;
}

} // namespace

void register_ask_request_hooks(apr_pool_t*) {
  // Behind the core, which makes the place where the answers are noted.
  ap_hook_create_request(guarded<leave_out_error_documents, OK>, nullptr, nullptr, APR_HOOK_LAST);
  // Before everybody else, our own hooks too.
  ap_hook_post_read_request(guarded<take_headers, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr,
                            APR_HOOK_REALLY_FIRST - 2);
  // Before any log is written.
  ap_hook_log_transaction(guarded<hide_query, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
