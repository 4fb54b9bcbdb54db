// SPDX-License-Identifier: Apache-2.0
#include "relay_ends.hpp"

#include <stdexcept>
#include <utility>

#include <sys/socket.h>

namespace rtmpt_proxy::test {

void RelayedConnection::close() {
  tls.reset();
  socket.reset();
}

std::shared_ptr<SSL_CTX> server_context(const KeyPair& pair) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  constexpr unsigned char kName[] = "test";
  SSL_CTX_set_session_id_context(context.get(), kName, sizeof kName);
  if (SSL_CTX_use_certificate(context.get(), pair.certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), pair.key.get()) != 1)
    throw std::runtime_error("httpd takes no certificate");
  return context;
}

RelayedConnection relayed(SSL_CTX* context, local::Descriptor socket) {
  RelayedConnection connection;
  connection.socket = std::move(socket);
  connection.tls = std::make_unique<TlsPeer>(context, connection.socket.get());
  protocol::AskPreambleReader reader;
  while (reader.state() == protocol::AskPreambleState::need_more) {
    char byte = 0;
    if (::recv(connection.socket.get(), &byte, 1, 0) != 1) throw std::runtime_error("no preamble");
    reader.feed({&byte, 1});
  }
  if (reader.state() != protocol::AskPreambleState::done) throw std::runtime_error("a bad preamble");
  connection.preamble = reader.preamble();
  return connection;
}

} // namespace rtmpt_proxy::test
