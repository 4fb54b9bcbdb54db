// SPDX-License-Identifier: Apache-2.0
// OpenSSL's settings for one server, made of what mod_ssl was configured with.
#pragma once

#include <rtmpt_proxy/protocol/messages/tls_server.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

namespace rtmpt_proxy::gateway {

// All connections of one server share it.
using TlsServerContext = std::shared_ptr<SSL_CTX>;

// One certificate of a server.
struct TlsCertificateFacts {
  std::string fingerprint; // of SHA-256: "AB:CD:..." as the program openssl writes it
  std::chrono::system_clock::time_point expires;
  bool operator==(const TlsCertificateFacts&) const = default;
};

struct MadeTlsContext {
  TlsServerContext context;                      // null when `failure` says why
  std::vector<TlsCertificateFacts> certificates; // the servers' own, in their order; as far as they can be read
  std::string failure;                           // with the value that is refused, and OpenSSL's words
};

// Without session tickets in the handshake, renegotiation, early data and ALPN, whatever the settings say. Tickets
// behind the handshake: TlsTickets.
MadeTlsContext make_tls_server_context(const protocol::TlsServer& server);

// From now on the context keeps so many sessions of TLS 1.2 and before, for clients that come again; 0: none, also of
// those that it has. Every thread may call it.
void set_kept_sessions(SSL_CTX* context, std::size_t most);

} // namespace rtmpt_proxy::gateway
