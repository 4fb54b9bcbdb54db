// SPDX-License-Identifier: Apache-2.0
#include "module/tls/ticket_terms.hpp"

#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

// OpenSSL finds the keys of tickets in the context with which a connection begins. That is the one of the address's
// first virtual host, whatever the client names. Null: it depends on the address.
const server_rec* keeper_of_tickets(const server_rec* server) {
  if (!server->is_virtual) return server;
  const server_rec* keeper = nullptr;
  for (const server_addr_rec* address = server->addrs; address; address = address->next) {
    const server_rec* const first = first_host_of(ap_server_conf, address);
    if (!first || (keeper && keeper != first)) return nullptr;
    keeper = first;
  }
  return keeper;
}

bool gives_tickets(const SslLibrary& library, const TlsLineReader& configuration, const server_rec* server) {
  SSL_CTX* const context = server_config(server).tls_context;
  return context && (library.ssl_ctx_get_options(context) & SSL_OP_NO_TICKET) == 0 &&
         !configuration.sets_ticket_keys(server);
}

// By which mod_ssl tells the sessions of its virtual hosts apart: the hash (MD5, hexadecimal) of a text that names one.
std::string session_context(const server_rec* server) {
  constexpr apr_port_t kTlsPort = 443; // of a virtual host that is told none
  const std::string name = std::string(server->server_hostname ? server->server_hostname : "(null)") + ':' +
                           std::to_string(server->port != 0 ? server->port : kTlsPort);
  std::array<unsigned char, APR_MD5_DIGESTSIZE> hash{};
  apr_md5(hash.data(), name.data(), name.size());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : hash) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

} // namespace

void settle_tickets(const SslLibrary& library, const TlsLineReader& configuration, server_rec* server) {
  const server_rec* const keeper = keeper_of_tickets(server);
  if (!keeper || !gives_tickets(library, configuration, server) || !gives_tickets(library, configuration, keeper))
    return;
  server_config(server).tls_ticket_keeper = server_config(keeper).tls_context;
  server_config(server).tls_session_context = session_context(server);
}

protocol::TlsTickets read_tickets(const SslLibrary& library, const server_rec* server) {
  protocol::TlsTickets tickets;
  SSL_CTX* const keeper = server_config(server).tls_ticket_keeper;
  if (!keeper) return tickets;
  tickets.keys.resize(protocol::kTlsTicketKeysBytes);
  if (library.ssl_ctx_ctrl(keeper, SSL_CTRL_GET_TLSEXT_TICKET_KEYS, static_cast<long>(tickets.keys.size()),
                           tickets.keys.data()) != 1)
    return {};
  tickets.context = server_config(server).tls_session_context;
  tickets.lifetime = std::chrono::seconds(library.ssl_ctx_get_timeout(keeper));
  return tickets;
}

} // namespace rtmpt_proxy::apache
