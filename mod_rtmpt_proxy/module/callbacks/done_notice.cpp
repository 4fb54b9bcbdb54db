// SPDX-License-Identifier: Apache-2.0
#include "module/callbacks/done_notice.hpp"

#include "module/asks/ask_methods.hpp"
#include "module/callbacks/callback_request.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/answer.hpp"
#include "module/ways/verdict_ask.hpp"

#include <rtmpt_proxy/policy/callbacks/callback_form.hpp>

#include <string>

namespace rtmpt_proxy::apache {

namespace {

std::string form_of_end(const request_rec* r) {
  const ConnectionNotes& notes = *find_connection_notes(r->connection);
  policy::CallbackForm form;
  if (notes.ask_session_form) form.session = notes.ask_session_form;
  if (r->useragent_ip) form.address = r->useragent_ip;
  form.client_id = notes.ask->session_name.text();
  if (notes.ask_stream_form) form.stream = notes.ask_stream_form;
  if (r->args) form.arguments = r->args;
  return policy::callback_form(form);
}

// The gateway tries again after anything but the module's own yes.
int pass_on(request_rec* r) {
  const std::optional<std::string>& url = server_config(r->server).settings.done_callback;
  if (!url || url->empty() || !reaches_own_host(r)) return HTTP_NOT_FOUND;
  const policy::CallbackVerdict verdict = call_back(r, url->c_str(), form_of_end(r));
  if (verdict.decision == policy::CallbackDecision::allow) return answer_verdict(r);
  ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "%s: the end of a stream could not be told to '%.200s': %s",
                ids::kDoneNotTold, url->c_str(), verdict.why.c_str());
  return HTTP_BAD_GATEWAY;
}

// No rule of the site decides whether a stream has ended, so this goes before all of them.
int take_notice(request_rec* r, int lookup) {
  return lookup == 0 && purpose_of(r) == AskPurpose::done ? pass_on(r) : DECLINED;
}

} // namespace

void register_done_notice_hooks(apr_pool_t*) {
  ap_hook_quick_handler(guarded<take_notice, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
