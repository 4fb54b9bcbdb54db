// SPDX-License-Identifier: Apache-2.0
// Session tickets that the gateway gives and mod_ssl takes: where their keys are, and which virtual hosts have any.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/tls/ssl_library.hpp"
#include "module/tls/tls_lines.hpp"

#include <rtmpt_proxy/protocol/messages/tls_server.hpp>

namespace rtmpt_proxy::apache {

// Decides about a virtual host that has a tls_context, as have all others: notes in its configuration whose tickets its
// clients get from the gateway, or leaves that empty. There are none where mod_ssl gives none (SSLSessionTickets Off),
// where their keys are a file's (SSLSessionTicketKeyFile), and where the virtual host has addresses with different
// keys.
void settle_tickets(const SslLibrary& library, const TlsLineReader& configuration, server_rec* server);

// With the keys, which the caller wipes; empty when the virtual host has none, or mod_ssl does not tell them.
protocol::TlsTickets read_tickets(const SslLibrary& library, const server_rec* server);

} // namespace rtmpt_proxy::apache
