// SPDX-License-Identifier: Apache-2.0
// Which virtual hosts' TLS ends at the gateway, and what the gateway is told of them.
//
// mod_ssl shows each SSL_CTX to the hook ssl_init_server. When all are there, each is read once, to see whether the
// gateway can do the same; then the virtual host has its tls_server_id. For each message to a gateway they are read
// again, so that httpd's parent and its children have no further copy of a key in their memory.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/tls_server.hpp>

#include <vector>

namespace rtmpt_proxy::apache {

// In httpd's parent: the virtual hosts with a tls_server_id, with their keys, which the caller wipes.
std::vector<protocol::TlsServer> exported_tls_servers(const server_rec* main_server);

// In httpd's parent, before it starts children: no virtual host has a tls_server_id any more. Tells people why, when
// one had. `why` follows on "httpd makes all TLS handshakes itself: ".
void keep_all_tls(server_rec* main_server, const char* why);

void register_tls_export_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
