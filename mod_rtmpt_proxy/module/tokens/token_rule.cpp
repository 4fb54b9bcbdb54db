// SPDX-License-Identifier: Apache-2.0
#include "module/tokens/token_rule.hpp"

#include "local/keyed_digest.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/ask_login.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/stream_request.hpp"

#include <rtmpt_proxy/policy/tokens/stream_token.hpp>

#include <string>

namespace rtmpt_proxy::apache {

namespace {

inline constexpr char kParserFailed[] = "internal error, see the line before";

std::string_view text_or(const char* text, const char* other) {
  return text && *text ? text : (other ? other : "");
}

policy::TokenFault judge(request_rec* r, StreamWish wish) {
  const std::optional<policy::TokenKeys>& keys = server_config(r->server).settings.token_keys;
  const std::string_view path = text_or(r->uri, "");
  policy::TokenRequest request;
  request.method = wish == StreamWish::publish ? "PUBLISH" : "PLAY";
  request.host = text_or(r->hostname, r->server->server_hostname);
  request.path = r->method_number == M_GET ? policy::path_of_view(path) : path;
  request.address = text_or(r->useragent_ip, "");
  request.query = text_or(r->args, "");
  request.app_query = app_query_of(r);
  return policy::judge_token(request, keys ? *keys : policy::TokenKeys{},
                             static_cast<std::uint64_t>(apr_time_sec(r->request_time)), local::keyed_digest);
}

authz_status refuse(request_rec* r, const char* why) {
  note_refusal(r, ids::kTokenRefused, why);
  return AUTHZ_DENIED;
}

authz_status check_token(request_rec* r, const char*, const void*) {
  if (is_callback(r)) return AUTHZ_GRANTED; // a callback may stand below a rule for streams
  hide_query_of(r);
  // In the trial for a login the users alone decide, beside this rule or in its place. Where there is none to log in,
  // it is as any connect.
  if (is_publish_of_ask(r) && ap_auth_type(r)) return AUTHZ_NEUTRAL;
  const StreamWish wish = wish_of_request(r);
  if (wish == StreamWish::none) return refuse(r, "a token is for publishing and playing alone");
  if (wish == StreamWish::connect)
    return server_config(r->server).effective.terms.authorize_streams
               ? AUTHZ_GRANTED
               : refuse(r, "RTMPTAuthorize is Off, so nobody would look for its token");
  const policy::TokenFault fault = judge(r, wish);
  return fault == policy::TokenFault::none ? AUTHZ_GRANTED : refuse(r, policy::to_string(fault).data());
}

// Another rule can refuse the viewer before this one is tried, a redirect send it away, or its headers be unreadable:
// the token is good all the same.
int hide_token(request_rec* r) {
  if (server_config(r->server).settings.token_keys && policy::looks_like_token(text_or(r->the_request, "")))
    hide_query_of(r);
  return DECLINED;
}

const char* parse_rule(cmd_parms* cmd, const char* words, const void**) {
  if (!*words) return nullptr;
  return apr_psprintf(cmd->pool, "%s: Require stream-token '%.100s': expected nothing behind stream-token",
                      ids::kBadTokenRule, words);
}

} // namespace

void register_token_rule(apr_pool_t* pool) {
  static const authz_provider provider{guarded<check_token, AUTHZ_GENERAL_ERROR>,
                                       guarded<parse_rule, static_cast<const char*>(kParserFailed)>};
  // Before the hook that leaves the query out.
  ap_hook_log_transaction(guarded<hide_token, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST - 1);
  ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, kTokenRule, AUTHZ_PROVIDER_VERSION, &provider,
                            AP_AUTH_INTERNAL_PER_CONF);
}

} // namespace rtmpt_proxy::apache
