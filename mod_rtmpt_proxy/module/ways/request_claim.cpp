// SPDX-License-Identifier: Apache-2.0
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

RequestNotes* find_notes(const request_rec* r) {
  return static_cast<RequestNotes*>(ap_get_module_config(r->request_config, &rtmpt_proxy_module));
}

} // namespace

RequestNotes& request_notes(request_rec* r) {
  if (RequestNotes* const notes = find_notes(r)) return *notes;
  auto* const notes = make_in_pool<RequestNotes>(r->pool);
  ap_set_module_config(r->request_config, &rtmpt_proxy_module, notes);
  return *notes;
}

protocol::TargetResult tunnel_target(request_rec* r) {
  RequestNotes& notes = request_notes(r);
  if (!notes.parsed_text || notes.parsed_text != r->unparsed_uri) {
    const std::string_view sent = sent_path_and_query(r);
    notes.parsed_text = r->unparsed_uri;
    notes.parsed_path = sent.substr(0, sent.find('?'));
    notes.target = protocol::parse_rtmpt_target(sent);
  }
  // httpd normalises r->uri between the hooks, so it is compared each time.
  const bool is_served_as_sent = r->uri && notes.parsed_path == r->uri;
  return is_served_as_sent ? notes.target : protocol::TargetResult{protocol::TargetError::not_a_tunnel_target, {}};
}

bool is_open(const protocol::TargetResult& parsed) {
  return parsed.error == protocol::TargetError::none && parsed.target.kind == protocol::TunnelRequestKind::open;
}

RequestClaim& claim_request(request_rec* r) {
  RequestClaim& claim = request_notes(r).claim.emplace();
  claim.parsed = tunnel_target(r);
  const bool has_kind = claim.parsed.error != protocol::TargetError::not_a_tunnel_target;
  if (has_kind && r->method_number == M_POST) mark_tunnel_request(r, claim.parsed.target.kind);
  apr_table_setn(r->subprocess_env, "no-gzip", "1");
  apr_table_setn(r->subprocess_env, "no-brotli", "1");
  return claim;
}

RequestClaim* find_claim(const request_rec* r) {
  RequestNotes* const notes = find_notes(r);
  return notes && notes->claim ? &*notes->claim : nullptr;
}

int final_status(const request_rec* r) {
  while (r->next)
    r = r->next;
  return r->status;
}

bool is_callback(const request_rec* r) {
  for (const request_rec* one = r->main; one; one = one->main)
    if (const RequestNotes* const notes = find_notes(one); notes && notes->calls_back) return true;
  return false;
}

bool is_play_of_viewer(const request_rec* r) {
  const RequestClaim* const claim = r->main ? find_claim(r->main) : nullptr;
  return claim && claim->watch && r->method && std::string_view(r->method) == "PLAY";
}

bool is_clients_own(const request_rec* r) {
  return !r->main && !r->prev;
}

} // namespace rtmpt_proxy::apache
