// SPDX-License-Identifier: Apache-2.0
// What a server shows to a client that makes a TLS handshake.
#pragma once

#include "support/clients/byte_stream.hpp"

#include <string>
#include <vector>

namespace rtmpt_proxy::test {

struct TlsGreeting {
  std::string serial;   // of the certificate, in hexadecimal
  std::string protocol; // "TLSv1.3"
  std::string cipher;   // "TLS_AES_256_GCM_SHA384"
  std::string alpn;     // what the server chose; empty: nothing
};

// What `openssl s_client` says, run with these arguments more ("-servername", "a.example"). A handshake that fails has
// an empty serial.
TlsGreeting tls_greeting(const Endpoint& endpoint, const std::vector<std::string>& arguments = {});

} // namespace rtmpt_proxy::test
