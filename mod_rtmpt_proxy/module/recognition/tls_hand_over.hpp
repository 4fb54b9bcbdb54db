// SPDX-License-Identifier: Apache-2.0
// Gives a connection that begins with a TLS handshake to the gateway, before httpd has taken a byte of it.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/tls/client_hello.hpp>

namespace rtmpt_proxy::apache {

// Hands over the socket of a TLS client with this hello, when the gateway makes the handshakes of the virtual host that
// mod_ssl would choose. Otherwise, and when the gateway does not take it, mod_ssl goes on as if nothing had been.
// Returns what process_connection must return.
int hand_over_tls(conn_rec* c, const protocol::ClientHello& hello, bool accepts_rtmp);

} // namespace rtmpt_proxy::apache
