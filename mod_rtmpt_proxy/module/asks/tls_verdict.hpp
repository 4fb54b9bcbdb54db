// SPDX-License-Identifier: Apache-2.0
// What mod_ssl would say to a client whose own TLS ends at the gateway. It cannot be asked: its hooks look at the
// connection, which is the gateway's.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

struct TlsVerdict {
  int status = OK; // 403 or 421 else
  std::string_view reason;
};

// About an ask that httpd has found the virtual host of. The server name of the client's TLS and the Host must lead to
// the same virtual host. Where mod_ssl wants a client's certificate, nobody gets in, because none was asked for.
TlsVerdict tls_verdict(request_rec* r);

// About an ask whose session is at this very virtual host: what its open was asked is not asked again, by RTMP above
// and by RTMPT by mod_ssl. What is left are sections for the path of the stream that want a certificate: nobody can
// tell here which one the client of RTMPT has shown.
TlsVerdict tls_verdict_of_session(request_rec* r);

// The virtual host that mod_ssl takes for a client whose TLS asks for this name (SNI): the first of the connection's
// address that has it, else the first of all. An empty name is none.
const server_rec* server_of_tls_name(conn_rec* c, const std::string& name);

void register_tls_rule_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
