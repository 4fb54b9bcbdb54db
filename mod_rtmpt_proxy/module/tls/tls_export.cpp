// SPDX-License-Identifier: Apache-2.0
#include "module/tls/tls_export.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"
#include "module/link/retained_ask_door.hpp"
#include "module/tls/ssl_context.hpp"
#include "module/tls/ticket_terms.hpp"
#include "module/tls/tls_lines.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

// The hook of mod_ssl_openssl.h, which is in a package of its own on Debian and not installed at all elsewhere.
using ssl_HOOK_init_server_t = int(server_rec* server, apr_pool_t* pool, int is_proxy, SSL_CTX* context);

namespace rtmpt_proxy::apache {

namespace {

bool configuration_is_tried() {
  return ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG ||
         ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_NORMAL;
}

// Other modules may still change the context, so it is not read here.
int note_context(server_rec* server, apr_pool_t*, int is_proxy, SSL_CTX* context) {
  if (is_proxy == 0 && !configuration_is_tried()) server_config(server).tls_context = context;
  return OK;
}

// As far as it can be read. Returns why the gateway cannot do the same; empty: it can.
std::string read_server(const SslLibrary& library, const server_rec* server, protocol::TlsServer& found) {
  const ServerConfig& config = server_config(server);
  found.server_name = server->server_hostname ? server->server_hostname : "";
  found.commands = config.tls_commands;
  found.tickets = read_tickets(library, server);
  return read_context(library, config.tls_context, found);
}

void report_kept(server_rec* server, const std::string& why) {
  ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, server,
               "%s: httpd makes the TLS handshakes of %s itself, although RTMPTTerminateTLS says gateway: %s",
               ids::kTlsStaysHere, place_of(server).c_str(), why.c_str());
}

// To a client that names this virtual host, mod_ssl offers the versions of the first one of the address, unless this
// one or the main server has SSLProtocol: it begins with the settings of the first.
std::string versions_obstacle(const SslLibrary& library, const TlsLineReader& configuration, const server_rec* server) {
  if (!server->is_virtual || configuration.sets_protocol(server)) return {};
  const TlsVersions own = versions_of(library, server_config(server).tls_context);
  for (const server_addr_rec* address = server->addrs; address; address = address->next) {
    const server_rec* const first = first_host_of(ap_server_conf, address);
    SSL_CTX* const context = first ? server_config(first).tls_context : nullptr;
    if (context && versions_of(library, context) != own)
      return "it has no SSLProtocol, and mod_ssl offers its clients the versions of " + place_of(first) +
             ", the first of its address, which are others: expected SSLProtocol there too";
  }
  return {};
}

// Decides about one virtual host.
void settle(const SslLibrary& library, const TlsLineReader& configuration, server_rec* server,
            protocol::TlsServerRoom& room, apr_pool_t* scratch) {
  ServerConfig& config = server_config(server);
  TlsLines lines = configuration.of(server, scratch);
  if (lines.obstacle.empty()) lines.obstacle = versions_obstacle(library, configuration, server);
  config.tls_commands = std::move(lines.commands);
  if (!lines.obstacle.empty()) return report_kept(server, lines.obstacle);
  settle_tickets(library, configuration, server);
  std::vector<protocol::TlsServer> found(1);
  const protocol::KeysWiped wiped(found);
  if (const std::string obstacle = read_server(library, server, found.front()); !obstacle.empty())
    return report_kept(server, obstacle);
  std::string id = id_of(library, found.front());
  found.front().id = id;
  if (id.empty()) return report_kept(server, "OpenSSL makes no SHA-256");
  if (const std::string_view why = room.take(found.front()); !why.empty()) return report_kept(server, std::string(why));
  config.tls_server_id = std::move(id);
  ap_log_error(APLOG_MARK, APLOG_DEBUG, 0, server, "%s: the gateway makes the TLS handshakes of %s: %s",
               ids::kTlsHandedOver, place_of(server).c_str(), config.tls_server_id.c_str());
}

// Those with TLS. One that is told to end at the gateway and has none is for configtest to say.
std::vector<server_rec*> servers_that_want_it(server_rec* main_server, const TlsLineReader& configuration) {
  std::vector<server_rec*> found;
  for (server_rec* server = main_server; server; server = server->next) {
    if (!wants_tls_at_gateway(server)) continue;
    if (server_config(server).tls_context)
      found.push_back(server);
    else if (ap_find_linked_module("mod_ssl.c") && !configuration.is_without_tls(server))
      report_kept(server, "mod_ssl does not tell what it was configured with");
  }
  return found;
}

void report_all_kept(server_rec* main_server, const char* why) {
  ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, main_server,
               "%s: httpd makes all TLS handshakes itself, although RTMPTTerminateTLS says gateway: %s",
               ids::kAllTlsStaysHere, why);
}

int settle_all(apr_pool_t*, apr_pool_t*, apr_pool_t* scratch, server_rec* main_server) {
  if (configuration_is_tried()) return OK;
  const TlsLineReader configuration;
  const std::vector<server_rec*> wanted = servers_that_want_it(main_server, configuration);
  if (wanted.empty()) return OK;
  std::string why_not;
  const std::optional<SslLibrary> library = find_ssl_library(why_not);
  if (library && ask_door() < 0) why_not = "httpd has no private listener (see the lines before)";
  if (!why_not.empty()) {
    report_all_kept(main_server, why_not.c_str());
    return OK;
  }
  protocol::TlsServerRoom room(protocol::kMaxPayloadBytes);
  for (server_rec* server : wanted)
    settle(*library, configuration, server, room, scratch);
  server_config(main_server).someone_hands_over_tls = std::any_of(
      wanted.begin(), wanted.end(), [](const server_rec* one) { return !server_config(one).tls_server_id.empty(); });
  return OK;
}

} // namespace

std::vector<protocol::TlsServer> exported_tls_servers(const server_rec* main_server) {
  std::vector<protocol::TlsServer> servers;
  if (!server_config(main_server).someone_hands_over_tls) return servers;
  std::string why_not;
  const std::optional<SslLibrary> library = find_ssl_library(why_not);
  for (const server_rec* server = main_server; library && server; server = server->next) {
    const ServerConfig& config = server_config(server);
    if (config.tls_server_id.empty()) continue;
    protocol::TlsServer& found = servers.emplace_back();
    found.id = config.tls_server_id;
    if (!read_server(*library, server, found).empty()) { // for want of memory
      protocol::wipe_keys(found);
      servers.pop_back();
    }
  }
  return servers;
}

void keep_all_tls(server_rec* main_server, const char* why) {
  if (!std::exchange(server_config(main_server).someone_hands_over_tls, false)) return;
  for (server_rec* server = main_server; server; server = server->next)
    server_config(server).tls_server_id.clear();
  report_all_kept(main_server, why);
}

void register_tls_export_hooks(apr_pool_t*) {
  // Works when mod_ssl is loaded later, and when it is not loaded at all.
  APR_OPTIONAL_HOOK(ssl, init_server, (guarded<note_context, OK>), nullptr, nullptr, APR_HOOK_MIDDLE);
  // When mod_ssl is done, and before the gateway is told.
  static const char* const tls[] = {"mod_ssl.c", nullptr};
  ap_hook_post_config(guarded<settle_all, OK>, tls, nullptr, APR_HOOK_LAST - 1);
}

} // namespace rtmpt_proxy::apache
