// SPDX-License-Identifier: Apache-2.0
// What becomes of a line SSLOpenSSLConfCmd where the gateway makes the handshakes in mod_ssl's place.
#pragma once

#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::policy {

enum class TlsCommandUse : std::uint8_t {
  shows,      // its effect can be read from mod_ssl's settings: ciphers, versions, certificates
  repeated,   // it cannot be read, so the gateway applies the line as well: groups, signature algorithms
  not_needed, // it is about what the gateway does not do or chooses itself: clients' certificates, tickets, DH
  impossible, // it can neither be read nor applied again, or nobody knows what it does
};

// `name` is the line's first word, in any case of letters, as OpenSSL takes it.
TlsCommandUse use_of_tls_command(std::string_view name);

} // namespace rtmpt_proxy::policy
