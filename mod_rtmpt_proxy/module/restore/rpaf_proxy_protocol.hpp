// SPDX-License-Identifier: Apache-2.0
// RPAFproxyProtocol: reads the header of HAProxy's PROXY protocol, which a proxy sends before the first byte of its
// client.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/proxy/proxy_header.hpp>

namespace rtmpt_proxy::apache {

// The addresses that the peer has announced for this connection, if the first virtual host of its address trusts the
// peer. Null when there are none: the directive is Off, the peer is no trusted proxy, or it speaks for itself (LOCAL,
// UNKNOWN). Streams of an HTTP/2 connection have those of their connection. Lives as long as the connection, and does
// not change after the first request has been read.
const protocol::ProxiedConnection* announced_connection(const conn_rec* c);

void register_proxy_protocol_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
