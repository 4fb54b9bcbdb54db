#include "module/ways/request_claim.hpp"

#include "module/core/pool.hpp"
#include "module/ways/tunnel_mark.hpp"

namespace rtmpt_proxy::apache {

namespace {

// The path and query that the client sent, nothing decoded and without "http://host" in front. Empty when it sent no
// path ("http://host?/open/1" has a query alone) or no host ("http:///open/1").
std::string_view sent_path_and_query(const request_rec* r) {
  constexpr std::string_view kAuthorityStart = "://";
  const std::string_view target(r->unparsed_uri ? r->unparsed_uri : "");
  if (target.starts_with('/')) return target;
  const std::size_t scheme_end = target.find(kAuthorityStart);
  if (scheme_end == std::string_view::npos) return {};
  const std::size_t host = scheme_end + kAuthorityStart.size();
  const std::size_t path = target.find_first_of("/?#", host);
  const bool has_both = path != std::string_view::npos && path != host && target[path] == '/';
  return has_both ? target.substr(path) : std::string_view();
}

} // namespace

protocol::TargetResult tunnel_target(const request_rec* r) {
  const std::string_view sent = sent_path_and_query(r);
  if (!r->uri || sent.substr(0, sent.find('?')) != r->uri) return {protocol::TargetError::not_a_tunnel_target, {}};
  return protocol::parse_rtmpt_target(sent);
}

RequestClaim& claim_request(request_rec* r) {
  auto* const claim = make_in_pool<RequestClaim>(r->pool);
  claim->parsed = tunnel_target(r);
  ap_set_module_config(r->request_config, &rtmpt_proxy_module, claim);
  const bool has_kind = claim->parsed.error != protocol::TargetError::not_a_tunnel_target;
  if (has_kind && r->method_number == M_POST) mark_tunnel_request(r, claim->parsed.target.kind);
  apr_table_setn(r->subprocess_env, "no-gzip", "1");
  apr_table_setn(r->subprocess_env, "no-brotli", "1");
  return *claim;
}

RequestClaim* find_claim(const request_rec* r) {
  return static_cast<RequestClaim*>(ap_get_module_config(r->request_config, &rtmpt_proxy_module));
}

bool is_clients_own(const request_rec* r) {
  return !r->main && !r->prev;
}

} // namespace rtmpt_proxy::apache
