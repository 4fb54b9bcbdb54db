// SPDX-License-Identifier: Apache-2.0
#include "module/ways/ask_login.hpp"

#include "module/asks/ask_methods.hpp"
#include "module/asks/place_config.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/site_rules.hpp"

#include <rtmpt_proxy/policy/login/adobe_proof.hpp>
#include <rtmpt_proxy/protocol/messages/ask_answer.hpp>
#include <rtmpt_proxy/protocol/rtmp/adobe_login.hpp>
#include <rtmpt_proxy/protocol/text/percent_text.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kDefaultProvider = "file"; // mod_auth_digest's own default
constexpr std::string_view kBasic = "Basic ";

request_rec* top_of(request_rec* r) {
  while (r->main)
    r = r->main;
  return r;
}

policy::Md5 md5_of(std::string_view text) {
  policy::Md5 digest{};
  apr_md5(digest.data(), text.data(), text.size());
  return digest;
}

// Tells mod_authn_core which <AuthnProviderAlias> is meant, whose settings it puts in force for the call: it finds it
// by this note alone. As mod_auth_digest does.
authn_status ask_provider(request_rec* r, const std::string& name, const std::string& user, const char* realm,
                          char*& digits) {
  const auto* const provider = static_cast<const authn_provider*>(
      ap_lookup_provider(AUTHN_PROVIDER_GROUP, name.c_str(), AUTHN_PROVIDER_VERSION));
  if (!provider || !provider->get_realm_hash) return AUTH_GENERAL_ERROR;
  apr_table_setn(r->notes, AUTHN_PROVIDER_NAME_NOTE, name.c_str());
  const authn_status status = provider->get_realm_hash(r, user.c_str(), realm, &digits);
  apr_table_unset(r->notes, AUTHN_PROVIDER_NAME_NOTE);
  return status;
}

// The hash of the user in the first provider that knows it. Unset: `status` says why.
std::optional<policy::Md5> find_hash(request_rec* r, const std::string& user, const char* realm, authn_status& status) {
  const auto& named = place_config(r).digest_providers;
  status = AUTH_USER_NOT_FOUND;
  for (const std::string& name : named.value_or(std::vector<std::string>{kDefaultProvider})) {
    char* digits = nullptr;
    status = ask_provider(r, name, user, realm, digits);
    if (status == AUTH_USER_FOUND || status == AUTH_GRANTED) {
      const std::optional<policy::Md5> hash = policy::read_realm_hash(digits ? digits : "");
      if (!hash) status = AUTH_GENERAL_ERROR;
      return hash;
    }
    if (status != AUTH_USER_NOT_FOUND) return std::nullopt;
  }
  return std::nullopt;
}

// What the client has to show for itself.
struct Evidence {
  std::optional<protocol::AdobeLogin> login;
  std::string user;     // of a password that was written as text
  std::string password; // likewise
};

Evidence evidence_of(request_rec* r) {
  Evidence evidence;
  if (const char* const text = find_connection_notes(r->connection)->ask_login)
    if (const std::optional<std::string> query = protocol::percent_decoded(text))
      evidence.login = protocol::read_adobe_login(*query);
  const char* const basic = apr_table_get(r->headers_in, "Authorization");
  if (!basic || !std::string_view(basic).starts_with(kBasic)) return evidence;
  std::string text(static_cast<std::size_t>(apr_base64_decode_len(basic + kBasic.size())), '\0');
  text.resize(static_cast<std::size_t>(apr_base64_decode(text.data(), basic + kBasic.size())));
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return evidence;
  evidence.user = text.substr(0, colon);
  evidence.password = text.substr(colon + 1);
  return evidence;
}

bool proves(const Evidence& evidence, const policy::Md5& hash, const char* realm) {
  if (evidence.login) return policy::proves_password(*evidence.login, hash, md5_of);
  const policy::Md5 own = md5_of(evidence.user + ":" + realm + ":" + evidence.password);
  unsigned difference = 0;
  for (std::size_t i = 0; i < own.size(); ++i)
    difference |= static_cast<unsigned>(own[i] ^ hash[i]);
  return difference == 0;
}

// The client is told the realm, and may come again with a login for it.
int want_login(request_rec* r, const char* realm) {
  request_rec* const top = top_of(r);
  connection_notes(r->connection).login = AskLogin::wanted;
  if (protocol::is_adobe_realm(realm))
    apr_table_setn(top->err_headers_out, protocol::kAskRealmHeader.data(), // a constant, which ends with a zero byte
                   apr_pstrdup(top->pool, protocol::percent_encoded(realm).c_str()));
  return HTTP_UNAUTHORIZED;
}

int refuse_login(request_rec* r) {
  connection_notes(r->connection).login = AskLogin::failed;
  if (RequestClaim* const claim = find_claim(top_of(r))) claim->refusal = "no such user has this password";
  return HTTP_UNAUTHORIZED;
}

int judge_evidence(request_rec* r, const Evidence& evidence, const char* realm) {
  const std::string& user = evidence.login ? evidence.login->user : evidence.user;
  authn_status status = AUTH_USER_NOT_FOUND;
  const std::optional<policy::Md5> hash = find_hash(r, user, realm, status);
  if (status == AUTH_GENERAL_ERROR) return HTTP_INTERNAL_SERVER_ERROR;
  if (!hash || !proves(evidence, *hash, realm)) return refuse_login(r);
  connection_notes(r->connection).login = AskLogin::proved;
  r->user = apr_pstrdup(r->pool, user.c_str());
  r->ap_auth_type = apr_pstrdup(r->pool, "Digest");
  return OK;
}

// In the place of mod_auth_digest, which speaks HTTP's Digest: no client of RTMP can.
int check_login(request_rec* r) {
  const char* const type = ap_auth_type(r);
  if (!find_ask(r->connection) || !type || ap_cstr_casecmp(type, "Digest") != 0) return DECLINED;
  if (!server_config(r->server).effective.terms.adobe_login) return DECLINED;
  const char* const realm = ap_auth_name(r);
  if (!realm) return HTTP_INTERNAL_SERVER_ERROR;
  const Evidence evidence = evidence_of(r);
  const bool is_proof = evidence.login ? evidence.login->answers() : !evidence.user.empty();
  return is_proof ? judge_evidence(r, evidence, realm) : want_login(r, realm);
}

int translate_publish(request_rec* r) {
  if (!is_publish_of_ask(r)) return DECLINED;
  set_environment_of_subrequest(r);
  r->handler = "rtmpt-ask";
  r->filename = apr_pstrdup(r->pool, "rtmpt:publish");
  return OK;
}

int map_publish(request_rec* r) {
  return is_publish_of_ask(r) ? OK : DECLINED;
}

} // namespace

bool is_publish_of_ask(const request_rec* r) {
  return r->main && purpose_of(r->main) != AskPurpose::none && r->method && std::string_view(r->method) == "PUBLISH";
}

int refusal_without_login(request_rec* r) {
  ConnectionNotes& notes = connection_notes(r->connection);
  if (!notes.ask_publishes || !server_config(r->server).effective.terms.adobe_login) return OK;
  notes.login = AskLogin::none;
  ap_conf_vector_t* const own = r->per_dir_config;
  r->per_dir_config = ap_create_per_dir_config(r->pool); // with r's own, httpd would leave the authorisation out
  request_rec* const publish = ap_sub_req_method_uri("PUBLISH", r->unparsed_uri, r, nullptr);
  r->per_dir_config = own;
  const bool lacks_login = publish->status == HTTP_UNAUTHORIZED && notes.login != AskLogin::none;
  if (publish->status == HTTP_OK && publish->user) r->user = apr_pstrdup(r->pool, publish->user);
  ap_destroy_sub_req(publish);
  return lacks_login ? HTTP_UNAUTHORIZED : OK;
}

bool asks_for_login(const request_rec* r) {
  const AskPurpose purpose = purpose_of(r);
  return (purpose == AskPurpose::open || purpose == AskPurpose::connect) && final_status(r) == HTTP_UNAUTHORIZED &&
         find_connection_notes(r->connection)->login == AskLogin::wanted;
}

void register_ask_login_hooks(apr_pool_t*) {
  // Before the modules that read Authorization. As theirs it depends on the directory configuration alone.
  static const char* const others[] = {"mod_auth_digest.c", "mod_auth_basic.c", nullptr};
  ap_hook_check_authn(guarded<check_login, HTTP_INTERNAL_SERVER_ERROR>, nullptr, others, APR_HOOK_FIRST,
                      AP_AUTH_INTERNAL_PER_CONF);
  // Before all others, as asks themselves.
  ap_hook_translate_name(guarded<translate_publish, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr,
                         APR_HOOK_REALLY_FIRST);
  ap_hook_map_to_storage(guarded<map_publish, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
