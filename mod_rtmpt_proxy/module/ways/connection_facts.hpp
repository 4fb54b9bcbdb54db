// SPDX-License-Identifier: Apache-2.0
// Collects what httpd knows about a connection: for the choice of a request's way, and of its TLS.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/routing/carriage.hpp>
#include <rtmpt_proxy/protocol/messages/tls_server.hpp>

#include <string>

namespace rtmpt_proxy::apache {

policy::ConnectionFacts connection_facts(request_rec* r, bool hand_over_allowed);

// Whether something stands between httpd and the client, as far as the request and its connection show.
bool passed_an_intermediary(const request_rec* r);

// A variable of mod_ssl for the connection, "SSL_PROTOCOL"; empty without one, and without TLS.
std::string tls_variable(conn_rec* c, const char* name);
// What the connection has agreed on; empty without TLS.
protocol::TlsFacts tls_facts(conn_rec* c);

} // namespace rtmpt_proxy::apache
