// SPDX-License-Identifier: Apache-2.0
#include "module/restore/rpaf_filter.hpp"

#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/core/socket_address.hpp"
#include "module/restore/restored_request.hpp"
#include "module/restore/rpaf_host.hpp"
#include "module/restore/rpaf_proxy_protocol.hpp"
#include "module/restore/rpaf_scheme.hpp"

#include <vector>

namespace rtmpt_proxy::apache {

namespace {

using policy::RestoreRules;
using protocol::Endpoint;
using protocol::IpAddress;

// The values of the header in the order in which they came. httpd may have joined them with commas, which means the
// same.
std::vector<std::string_view> lines_of(const request_rec* r, const std::string& header) {
  std::vector<std::string_view> lines;
  const auto add = [](void* data, const char*, const char* value) {
    static_cast<std::vector<std::string_view>*>(data)->push_back(value);
    return 1;
  };
  apr_table_do(add, &lines, r->headers_in, header.c_str(), nullptr);
  return lines;
}

void restore_client(request_rec* r, const RestoreRules& rules, const IpAddress& peer) {
  const std::vector<std::string_view> lines = lines_of(r, rules.header);
  const protocol::ProxiedConnection* const announced = announced_connection(r->connection);
  const policy::Restored restored =
      announced ? policy::restore_client_of_source(announced->source, rules.proxies, rules.syntax, lines)
                : policy::restore_client(peer, rules.proxies, rules.syntax, lines);
  if (restored.client) {
    // A new object, because the request shares the old one with its connection.
    r->useragent_addr = make_sockaddr(r->pool, *restored.client);
    r->useragent_ip = apr_pstrdup(r->pool, protocol::to_text(restored.client->address).c_str());
  }
  ap_log_rerror(APLOG_MARK, restored.end == policy::WalkEnd::client_found ? APLOG_TRACE1 : APLOG_DEBUG, 0, r,
                "%s: the client is %s by the word of the proxy %s: in %s%s, %s", ids::kClientRestored,
                shown_client(r).c_str(), r->connection->client_ip, announced ? "its PROXY header and " : "",
                rules.header.c_str(), std::string(policy::to_string(restored.end)).c_str());
}

void remove_headers(request_rec* r, std::span<const char* const> names) {
  for (const char* const name : names)
    apr_table_unset(r->headers_in, name);
}

void clean_headers(request_rec* r, const RestoreRules& rules) {
  apr_table_unset(r->headers_in, rules.header.c_str());
  if (rules.set_host) remove_headers(r, kHostHeaders);
  if (rules.set_https) remove_headers(r, kHttpsHeaders);
  if (rules.set_port) remove_headers(r, kPortHeaders);
}

// Whether the virtual host lets the peer in. For a relayed connection httpd has asked that, of every virtual host of
// the address, before it handed the client over; what it sees as the peer now is the client, whom a proxy may have
// announced.
bool forbids(const RestoreRules& rules, const request_rec* r, const IpAddress& peer) {
  return !find_relay(r->connection) && rules.forbids(peer);
}

int forbid(request_rec* r) {
  ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                "%s: 403 for %s: RPAF_ForbidIfNotProxy is On in virtual host %s and the peer is none of RPAFproxy_ips",
                ids::kNotFromProxy, r->connection->client_ip, r->server->server_hostname);
  return HTTP_FORBIDDEN;
}

// The virtual host where the request came in only lets a trusted proxy choose another virtual host. Everything else is
// believed only if the virtual host that serves the request trusts the proxy too; otherwise a proxy trusted by one
// virtual host would be believed by all. After a PROXY header the request's headers were written by `hop`, and are
// believed only when that is a trusted proxy too.
int restore_from(request_rec* r, const IpAddress& peer, const IpAddress& hop) {
  const RestoreRules& arrival = server_config(r->server).restore;
  if (forbids(arrival, r, peer)) return forbid(r);
  if (!arrival.trusts(peer)) return DECLINED;
  RestoredRequest& restored = note_restored(r);
  restored.from_proxy = arrival.trusts(hop);
  const bool host_restored = restored.from_proxy && arrival.set_host && restore_host(r);
  const RestoreRules& rules = server_config(r->server).restore;
  if (forbids(rules, r, peer)) return forbid(r);
  if (rules.trusts(peer)) restore_client(r, rules, peer);
  if (rules.trusts(peer) && rules.trusts(hop)) {
    if (rules.set_https) restore_https(r, restored);
    restore_port(r, restored, rules.set_port, host_restored);
    apply_restored(r, restored);
    if (rules.clean_headers) clean_headers(r, rules);
  }
  if (restored.from_proxy && arrival.clean_headers) clean_headers(r, arrival);
  return DECLINED;
}

int after_reading(request_rec* r) {
  if (find_ask(r->connection)) return DECLINED; // rtmpt-gateway knows the client, and httpd has judged its connection
  if (r->main || r->prev) {
    // An internal redirect gets the client's address from its original request, which was checked.
    if (const RestoredRequest* const restored = find_restored(r)) apply_restored(r, *restored);
    return DECLINED;
  }
  const std::optional<IpAddress> peer = peer_address(r->connection);
  if (peer) return restore_from(r, *peer, nearest_hop(r->connection).value_or(*peer));
  const RestoreRules& rules = server_config(r->server).restore;
  return rules.enabled && rules.proxies_only ? forbid(r) : DECLINED;
}

} // namespace

void register_restore_hooks(apr_pool_t*) {
  // Before all others, so that mod_ssl, mod_setenvif, mod_proxy and other modules see the client's own address.
  ap_hook_post_read_request(guarded<after_reading, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr,
                            APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
