// SPDX-License-Identifier: Apache-2.0
// What the virtual hosts of a connection's address want recognised.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Whether one of them takes RTMP. Nobody knows yet which virtual host the client wants, so one that would take RTMP and
// forbids the peer (RPAF_ForbidIfNotProxy) forbids it at its address. False too where mod_remoteip hides the client,
// and on connections of the gateway.
bool address_accepts_rtmp(conn_rec* c);

// Whether the gateway makes the handshake of TLS for one of them. False when any of them forbids the peer, or does not
// trust a peer that has announced its client by a PROXY header: once the client is handed over, httpd sees only the
// client, and every virtual host would believe who it is. False too as above.
bool address_hands_over_tls(conn_rec* c);

} // namespace rtmpt_proxy::apache
