#include "request_claim.hpp"

#include "pool.hpp"
#include "tunnel_mark.hpp"

namespace rtmpt_proxy::apache {

std::string_view raw_target(const request_rec* r) {
  const std::string_view target(r->unparsed_uri ? r->unparsed_uri : "");
  if (target.starts_with('/')) return target;
  const std::size_t authority = target.find("://");
  if (authority == std::string_view::npos) return target;
  const std::size_t path = target.find('/', authority + 3);
  return path == std::string_view::npos ? std::string_view() : target.substr(path);
}

RequestClaim& claim_request(request_rec* r) {
  auto* const claim = make_in_pool<RequestClaim>(r->pool);
  claim->parsed = protocol::parse_rtmpt_target(raw_target(r));
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
