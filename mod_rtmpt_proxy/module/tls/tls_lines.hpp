// SPDX-License-Identifier: Apache-2.0
// What the configuration says about a virtual host's TLS that cannot be read from mod_ssl's SSL_CTX.
#pragma once

#include "module/core/configuration_lines.hpp"
#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/tls_server.hpp>

#include <string>
#include <vector>

namespace rtmpt_proxy::apache {

// For the gateway, or why it cannot make the handshakes of this virtual host.
struct TlsLines {
  std::vector<protocol::TlsCommand> commands; // lines SSLOpenSSLConfCmd to be applied there too, in mod_ssl's order
  std::string obstacle;                       // with its place, for people; empty: none
};

// All lines about TLS, looked for once. From check_config to the end of post_config.
class TlsLineReader {
 public:
  TlsLineReader();

  // `pool` is for the time of the call.
  TlsLines of(const server_rec* server, apr_pool_t* pool) const;

  // Whether the configuration says nothing of TLS at this virtual host: no SSLEngine On, and no "https" as its
  // protocol.
  bool is_without_tls(const server_rec* server) const;

  // Whether the keys of session tickets are a file's (SSLSessionTicketKeyFile).
  bool sets_ticket_keys(const server_rec* server) const { return ticket_keys_.in_force(server) != nullptr; }

  // Whether SSLProtocol stands there, or at the main server.
  bool sets_protocol(const server_rec* server) const { return protocols_.in_force(server) != nullptr; }

 private:
  std::string obstacle(const server_rec* server, apr_pool_t* pool) const;
  std::string curve_obstacle(const server_rec* server, apr_pool_t* pool) const;
  void add_commands(TlsLines& found, const server_rec* place, apr_pool_t* pool) const;

  LinesByServer engines_;
  LinesByServer verifications_;
  LinesByServer passwords_;
  LinesByServer certificates_;
  LinesByServer protocols_;
  LinesByServer commands_;
  LinesByServer ticket_keys_;
};

} // namespace rtmpt_proxy::apache
