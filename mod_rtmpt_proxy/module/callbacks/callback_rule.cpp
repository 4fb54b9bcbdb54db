// SPDX-License-Identifier: Apache-2.0
#include "module/callbacks/callback_rule.hpp"

#include "module/asks/ask_methods.hpp"
#include "module/asks/stream_rules.hpp"
#include "module/callbacks/callback_filters.hpp"
#include "module/callbacks/callback_request.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/stream_request.hpp"

#include <rtmpt_proxy/policy/callbacks/callback_form.hpp>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

inline constexpr char kParserFailed[] = "internal error, see the line before";

std::string_view text_of(const char* text) {
  return text ? text : "";
}

std::string form_for(request_rec* r) {
  policy::CallbackForm form;
  form.address = text_of(r->useragent_ip);
  form.arguments = text_of(r->args);
  if (purpose_of(r) == AskPurpose::none) {
    const std::string session = policy::session_form_of_view(text_of(r->uri));
    const std::string stream = policy::stream_form_of_view(text_of(r->uri));
    form.session = session;
    form.stream = stream;
    return policy::callback_form(form);
  }
  const ConnectionNotes& notes = connection_notes(r->connection);
  form.session = text_of(notes.ask_session_form);
  form.stream = text_of(notes.ask_stream_form);
  form.client_id = notes.ask->session_name.text();
  return policy::callback_form(form);
}

authz_status refuse(request_rec* r, const char* why, authz_status status = AUTHZ_DENIED) {
  note_refusal(r, ids::kCallbackRefused, why);
  return status;
}

// Whether the rules want a user whom httpd has not asked for yet, even if the callback says yes. httpd goes through all
// rules before it looks at a password, and once more behind that; the program must not be asked about a client whose
// password is wrong. Where the callback alone may decide, nobody needs to log in.
bool waits_for_user(request_rec* r) {
  if (r->user || !ap_auth_type(r)) return false;
  RequestNotes& notes = request_notes(r);
  notes.tries_callbacks = true;
  const int verdict = ap_run_access_checker_ex(r);
  notes.tries_callbacks = false;
  return verdict == DECLINED;
}

// The program is asked once about a viewer's GET and about the PLAY that is tried for it: its form is the same.
policy::CallbackVerdict verdict_of(request_rec* r, const char* url) {
  std::vector<KeptVerdict>& verdicts = request_notes(is_play_of_viewer(r) ? r->main : r).verdicts;
  for (const KeptVerdict& kept : verdicts)
    if (kept.url == url) return kept.verdict;
  return verdicts.emplace_back(KeptVerdict{url, call_back(r, url, form_for(r))}).verdict;
}

authz_status check_callback(request_rec* r, const char*, const void* parsed) {
  if (is_callback(r)) return AUTHZ_GRANTED; // the callback stands below its own rule
  if (request_notes(r).tries_callbacks) return AUTHZ_GRANTED;
  hide_query_of(r);
  const StreamWish wish = wish_of_request(r);
  if (wish == StreamWish::none) return refuse(r, "a callback is for publishing and playing alone");
  if (wish == StreamWish::connect)
    return server_config(r->server).effective.terms.authorize_streams
               ? AUTHZ_GRANTED
               : refuse(r, "RTMPTAuthorize is Off, so no callback would be asked");
  if (policy::hides_form_field(text_of(r->args)))
    return refuse(r, "its query has a field that the callback's form has too");
  if (waits_for_user(r)) return AUTHZ_DENIED_NO_USER;
  const policy::CallbackVerdict verdict = verdict_of(r, static_cast<const char*>(parsed));
  switch (verdict.decision) {
  case policy::CallbackDecision::allow: return AUTHZ_GRANTED;
  case policy::CallbackDecision::deny: return refuse(r, verdict.why.c_str());
  case policy::CallbackDecision::fail: break;
  }
  return refuse(r, verdict.why.c_str(), AUTHZ_GENERAL_ERROR);
}

const char* parse_rule(cmd_parms* cmd, const char* words, const void** parsed) {
  const char* rest = words;
  const char* const url = ap_getword_conf(cmd->pool, &rest);
  if (*url != '/' || *rest || std::strchr(url, '#'))
    return apr_psprintf(cmd->pool,
                        "%s: Require stream-callback '%.100s': expected the path of one URL of this site, such as"
                        " /hooks/stream",
                        ids::kBadCallbackRule, words);
  *parsed = url;
  return nullptr;
}

} // namespace

void register_callback_rule(apr_pool_t* pool) {
  static const authz_provider provider{guarded<check_callback, AUTHZ_GENERAL_ERROR>,
                                       guarded<parse_rule, static_cast<const char*>(kParserFailed)>};
  register_callback_filters(pool);
  ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, kCallbackRule, AUTHZ_PROVIDER_VERSION, &provider,
                            AP_AUTH_INTERNAL_PER_CONF);
}

} // namespace rtmpt_proxy::apache
