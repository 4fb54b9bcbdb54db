// RPAFproxyProtocol: what a proxy announces by HAProxy's PROXY protocol, before the first byte of its client.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/proxy/proxy_header.hpp>

namespace rtmpt_proxy::apache {

// Whose connection this is by the word of its peer, a proxy that the first virtual host of its address trusts; null
// when it has no such word: the directive is Off, the peer is no proxy, or speaks for itself (LOCAL, UNKNOWN). The
// streams of an HTTP/2 connection have their connection's. Lives as long as the connection, and does not change once a
// request of it is being read.
const protocol::ProxiedConnection* announced_connection(const conn_rec* c);

void register_proxy_protocol_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
