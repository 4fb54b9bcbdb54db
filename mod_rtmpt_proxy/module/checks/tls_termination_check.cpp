// SPDX-License-Identifier: Apache-2.0
// What becomes of RTMPTTerminateTLS gateway, as far as the lines of the configuration say it.
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"
#include "module/tls/tls_lines.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

using Servers = std::vector<const server_rec*>;

// A line of the main server is right when one of those that inherit it has TLS.
void check_line(const ConfigurationLine& line, const Servers& servers, const TlsLineReader& tls,
                const server_rec* main_server) {
  if (!ap_find_linked_module("mod_ssl.c")) {
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: RTMPTTerminateTLS gateway has no effect: mod_ssl is not loaded, and the gateway has its"
                 " certificates from there",
                 ids::kTlsModuleMissing, place_of(line).c_str());
  } else if (std::all_of(servers.begin(), servers.end(),
                         [&tls](const server_rec* server) { return tls.is_without_tls(server); })) {
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: RTMPTTerminateTLS gateway has no effect: %s has no TLS: expected SSLEngine On there",
                 ids::kTerminatesNoTls, place_of(line).c_str(), place_of(servers.front()).c_str());
  }
}

// The start says the same, when it has seen mod_ssl's settings.
void check_obstacles(const Servers& servers, const TlsLineReader& tls, const server_rec* main_server,
                     apr_pool_t* pool) {
  for (const server_rec* server : servers) {
    if (tls.is_without_tls(server)) continue;
    const std::string obstacle = tls.of(server, pool).obstacle;
    if (obstacle.empty()) continue;
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, main_server,
                 "%s: httpd will make the TLS handshakes of %s itself, although RTMPTTerminateTLS says gateway: %s",
                 ids::kTlsStaysHere, place_of(server).c_str(), obstacle.c_str());
  }
}

void check_clients(const Servers& servers, const TlsLineReader& tls, const server_rec* main_server) {
  for (const server_rec* server : servers) {
    if (tls.is_without_tls(server) || accepts_rtmp(server)) continue;
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, main_server,
                 "%s: %s has RTMPTTerminateTLS gateway without RTMPTAcceptRTMP On: clients that speak RTMPT over TLS"
                 " gain by it, and those with rtmps:// URLs are served as if they spoke HTTP",
                 ids::kTlsForRtmptAlone, place_of(server).c_str());
  }
}

void check_remoteip(const Servers& servers, const server_rec* main_server) {
  for (const ConfigurationLine& line : find_lines({"RemoteIPProxyProtocol"})) {
    if (ap_cstr_casecmp(line.arguments(), "On") != 0) continue;
    const auto found = std::find_if(servers.begin(), servers.end(),
                                    [&](const server_rec* server) { return counts_for(line, server); });
    if (found == servers.end()) continue;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: RemoteIPProxyProtocol On, and %s has RTMPTTerminateTLS gateway: httpd makes the TLS"
                 " handshakes of clients that come by a proxy itself, because mod_remoteip tells nobody their address:"
                 " expected RPAFproxyProtocol On",
                 ids::kTlsBehindRemoteIp, place_of(line).c_str(), place_of(*found).c_str());
  }
}

// Whether they believe the same peers about their clients.
bool trust_alike(const policy::RestoreRules& one, const policy::RestoreRules& other) {
  return policy::believes_anybody(one) == policy::believes_anybody(other) &&
         (!policy::believes_anybody(one) || one.proxies == other.proxies);
}

// Of the virtual hosts of the address, one that trusts other proxies than the first one does; null: there is none.
const server_rec* stranger_to_proxies(const server_rec* main_server, const server_addr_rec* address,
                                      const policy::RestoreRules& first) {
  for (const server_rec* server = main_server->next; server; server = server->next)
    if (has_address(server, address) && !trust_alike(restore_rules_of(server), first)) return server;
  return nullptr;
}

// Once for each address: who is handed over has to be believed by all virtual hosts of the address.
void check_trust(const Servers& servers, const TlsLineReader& tls, const server_rec* main_server) {
  std::set<std::pair<std::string, apr_port_t>> seen;
  for (const server_rec* server : servers) {
    if (!server->is_virtual || tls.is_without_tls(server)) continue;
    for (const server_addr_rec* address = server->addrs; address; address = address->next) {
      if (!seen.emplace(address->virthost, address->host_port).second) continue;
      const server_rec* const first = first_host_of(main_server, address);
      const policy::RestoreRules rules = first ? restore_rules_of(first) : policy::RestoreRules();
      if (!rules.proxy_protocol) continue;
      const server_rec* const stranger = stranger_to_proxies(main_server, address, rules);
      if (!stranger) continue;
      ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, main_server,
                   "%s: httpd will make the TLS handshakes of clients that a proxy announces at %s:%u itself, although"
                   " %s has RTMPTTerminateTLS gateway: %s does not trust the same proxies as %s: expected the same"
                   " RPAFenable and RPAFproxy_ips in all virtual hosts of the address",
                   ids::kTlsTrustDiffers, address->virthost, unsigned{address->host_port}, place_of(server).c_str(),
                   place_of(stranger).c_str(), place_of(first).c_str());
    }
  }
}

} // namespace

// Runs at each start too: with many virtual hosts nothing here may cost more for each.
int check_tls_termination(apr_pool_t* pool, server_rec* main_server) {
  const LinesByServer lines{"RTMPTTerminateTLS"};
  std::map<const ConfigurationLine*, Servers> by_line;
  for (const server_rec* server = main_server; server; server = server->next)
    if (const ConfigurationLine* const line = lines.in_force(server); line && wants_tls_at_gateway(server))
      by_line[line].push_back(server);
  if (by_line.empty()) return OK; // lines without streams: check_stream_lines() says so
  const TlsLineReader tls;
  Servers all;
  for (const ConfigurationLine& line : lines.all()) {
    const auto found = by_line.find(&line);
    if (found == by_line.end()) continue;
    check_line(line, found->second, tls, main_server);
    all.insert(all.end(), found->second.begin(), found->second.end());
  }
  check_remoteip(all, main_server);
  if (!is_configtest() || !ap_find_linked_module("mod_ssl.c")) return OK;
  check_obstacles(all, tls, main_server, pool);
  check_clients(all, tls, main_server);
  check_trust(all, tls, main_server);
  return OK;
}

} // namespace rtmpt_proxy::apache
