// SPDX-License-Identifier: Apache-2.0
// Reading what mod_ssl has put into an SSL_CTX.
#pragma once

#include "module/tls/ssl_library.hpp"

#include <rtmpt_proxy/protocol/messages/tls_server.hpp>

#include <cstdint>
#include <string>

namespace rtmpt_proxy::apache {

// Reads certificates, keys, chains, versions, ciphers, options and security level into `server`, and leaves its other
// members as they are. Returns why the gateway cannot do the same as mod_ssl with this context, for people; empty: it
// can. The context is as before afterwards. The caller wipes the keys, whatever is returned.
std::string read_context(const SslLibrary& library, SSL_CTX* context, protocol::TlsServer& server);

// The versions of TLS that a context offers, as OpenSSL counts them; 0: no limit.
struct TlsVersions {
  std::uint16_t least = 0;
  std::uint16_t most = 0;
  bool operator==(const TlsVersions&) const = default;
};
TlsVersions versions_of(const SslLibrary& library, SSL_CTX* context);

// The hash (SHA-256, hexadecimal) of everything in `server` but its id and the keys of its tickets. Empty when OpenSSL
// cannot make it.
std::string id_of(const SslLibrary& library, const protocol::TlsServer& server);

} // namespace rtmpt_proxy::apache
