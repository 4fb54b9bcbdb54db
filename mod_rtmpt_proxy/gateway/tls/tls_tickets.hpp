// SPDX-License-Identifier: Apache-2.0
// Session tickets of TLS 1.3 as mod_ssl makes them, for clients that are mod_ssl's when they come again.
#pragma once

#include <rtmpt_proxy/protocol/messages/tls_server.hpp>

#include <memory>
#include <utility>

#include <openssl/ssl.h>

namespace rtmpt_proxy::gateway {

// What the tickets of one server are made with. Not changed after its making, so every thread may use it.
class TlsTickets {
 public:
  // `terms.keys` is whole.
  explicit TlsTickets(protocol::TlsTickets terms) : terms_(std::move(terms)) {}
  ~TlsTickets(); // wipes the keys
  TlsTickets(const TlsTickets&) = delete;
  TlsTickets& operator=(const TlsTickets&) = delete;

  // From now on this connection can give tickets; see give_ticket(). Before its handshake. This object must live
  // longer. False when OpenSSL has no memory.
  bool use_for(SSL* tls) const;

  // With the next bytes that are written, before them, the client of this connection gets a ticket. Only behind its
  // handshake, and with TLS 1.3. `tls` has been given to use_for(), and bytes must be written next.
  void give_ticket(SSL* tls) const;

 private:
  static int on_ticket(SSL* tls, unsigned char* name, unsigned char* vector, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                       int makes);
  bool encipher(unsigned char* name, unsigned char* vector, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) const;

  friend void allow_tickets(SSL_CTX* context);

  protocol::TlsTickets terms_;
};

// Null: no tickets are given.
using TlsTicketMaker = std::shared_ptr<const TlsTickets>;

// Connections of this context can give tickets: those that TlsTickets is used for. None of them takes one.
void allow_tickets(SSL_CTX* context);

} // namespace rtmpt_proxy::gateway
