// SPDX-License-Identifier: Apache-2.0
// Looks at how a connection begins below mod_ssl, and takes nothing from the socket: whoever gets the connection next
// reads the same bytes again.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/tls/client_hello.hpp>

namespace rtmpt_proxy::apache {

enum class Beginning {
  not_yet, // there are not enough bytes; the socket becomes readable when there are, or when there will be none
  rtmp,    // a byte by which a client of RTMP begins
  hello,   // the whole hello of a TLS client
  other,   // something else, or an end
};

struct BeginningSeen {
  Beginning is = Beginning::other;
  protocol::ClientHello hello; // of a hello
};

// Looks without waiting. With not_yet it has set the socket's low water mark, so that a hello in many pieces wakes
// nobody for each of them; a socket that is readable without the bytes that were awaited is `other`. Call
// forget_beginning() when not_yet is the last word.
BeginningSeen look_at_beginning(conn_rec* c);

// Sets the socket's low water mark back to 1, if need be.
void forget_beginning(conn_rec* c);

} // namespace rtmpt_proxy::apache
