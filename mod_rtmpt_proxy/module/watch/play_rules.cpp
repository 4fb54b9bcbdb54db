// SPDX-License-Identifier: Apache-2.0
#include "module/watch/play_rules.hpp"

#include "module/core/hook_guard.hpp"
#include "module/ways/as_clients_own.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/site_rules.hpp"
#include "module/ways/tunnel_mark.hpp"

#include <string>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kPlayMethod = "PLAY";
constexpr const char* kChallenge = "WWW-Authenticate";

int translate_play(request_rec* r) {
  if (!is_play_of_viewer(r)) return DECLINED;
  const AsClientsOwn sent_by_client(r);
  apr_table_setn(r->subprocess_env, kTunnelVariable, "play");
  set_environment_of_subrequest(r);
  RequestClaim& claim = request_notes(r).claim.emplace();
  claim.parsed = {protocol::TargetError::not_a_tunnel_target, {}};
  r->handler = "rtmpt-ask";
  const int refusal = refusal_by_translation(r);
  r->filename = apr_pstrdup(r->pool, "rtmpt:play");
  return refusal;
}

// As for the same question about a client of RTMP.
int ask_location_rules(request_rec* r) {
  if (!is_play_of_viewer(r)) return DECLINED;
  char* const page = apr_pstrcat(r->pool, ap_document_root(r), r->uri, nullptr);
  const AsClientsOwn sent_by_client(r);
  return refusal_by_location_rules(r, {page, r->uri});
}

// A subrequest takes these two from its request, and httpd goes through the sections of <If> before any hook of the
// subrequest: so the request shows them while the subrequest is made.
//
// The request line is that of the question about a client of RTMP, which has no query. The directory configuration is
// another one: httpd leaves out the authorisation of a subrequest whose configuration is that of its request, and with
// it a <Limit PLAY>.
class ShownToSubrequest {
 public:
  ShownToSubrequest(request_rec* r, const std::string& path)
      : r_(r), line_(r->the_request), config_(r->per_dir_config) {
    r->the_request = apr_pstrcat(r->pool, kPlayMethod, " ", path.c_str(), " HTTP/1.1", nullptr);
    r->per_dir_config = ap_create_per_dir_config(r->pool);
  }
  ShownToSubrequest(const ShownToSubrequest&) = delete;
  ShownToSubrequest& operator=(const ShownToSubrequest&) = delete;
  ~ShownToSubrequest() {
    r_->the_request = line_;
    r_->per_dir_config = config_;
  }

 private:
  request_rec* r_;
  char* line_;
  ap_conf_vector_t* config_;
};

request_rec* make_play_request(request_rec* r, const std::string& path) {
  const std::string uri = r->args ? path + "?" + r->args : path;
  const ShownToSubrequest shown(r, path);
  return ap_sub_req_method_uri(kPlayMethod, uri.c_str(), r, nullptr);
}

} // namespace

int refusal_by_play_rules(request_rec* r, const policy::WatchTarget& target) {
  request_rec* const play = make_play_request(r, target.play_path);
  const int status = play->status;
  if (status == HTTP_UNAUTHORIZED)
    if (const char* const challenge = apr_table_get(play->err_headers_out, kChallenge))
      apr_table_set(r->err_headers_out, kChallenge, challenge);
  if (status == HTTP_OK && play->user) r->user = apr_pstrdup(r->pool, play->user);
  if (const RequestClaim* const claim = find_claim(play)) find_claim(r)->refusal = claim->refusal;
  ap_destroy_sub_req(play);
  if (status == HTTP_OK) return OK;
  return ap_is_HTTP_ERROR(status) ? status : HTTP_FORBIDDEN;
}

void register_play_rule_hooks(apr_pool_t*) {
  // Before all others, as for the questions about clients of RTMP.
  ap_hook_translate_name(guarded<translate_play, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_fixups(guarded<ask_location_rules, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
