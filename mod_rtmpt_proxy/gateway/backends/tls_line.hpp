// SPDX-License-Identifier: Apache-2.0
// TLS on a connected socket, as a client: OpenSSL without its way of telling results.
#pragma once

#include "gateway/backends/tls_contexts.hpp"
#include "gateway/tls/tls_step.hpp"

#include <rtmpt_proxy/protocol/messages/tls_server.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

// Never waits: the socket is non-blocking. The process must ignore SIGPIPE. Used by one thread.
class TlsLine {
 public:
  // `socket` is connected, stays its owner's, and must be open whenever a step is taken. `host` is the server's name or
  // address, without brackets. `context` is not null.
  TlsLine(TlsContext context, const protocol::BackendTls& terms, const std::string& host, int socket);

  // The server is to see this version and cipher suite and no others, and this session is resumed if it can be; null:
  // none. Before the handshake. False when OpenSSL does not have them.
  bool expect(const protocol::TlsFacts& facts, SSL_SESSION* session);

  // Before the handshake, in place of the constructor's `host`: the server is asked for this name as it is, be it an
  // address; empty: for none. False when OpenSSL cannot ask for it.
  bool ask_for(const std::string& server_name);

  // Before the handshake: a server's own commands of OpenSSL (SSLOpenSSLConfCmd) about groups and signatures, so that
  // the server finds the same offered. What OpenSSL refuses leaves its own choice.
  void offer(const std::vector<protocol::TlsCommand>& commands);

  // Until it is done. It is done when the server's certificate is accepted.
  TlsStep handshake();

  // Into `bytes`, at least one.
  TlsMoved read(char* bytes, std::size_t most);
  // Like read(), but a read() gets the same bytes again.
  TlsMoved peek(char* bytes, std::size_t most);

  // At most one record of them; not empty. After wants_read or wants_write the next write must begin with the same
  // bytes, and have as many at least: TLS may have sent a part of them already.
  TlsMoved write(std::string_view bytes);

  // Tells the server that nothing more will be written.
  TlsStep say_end();

  // Bytes that are deciphered and have not been read.
  std::size_t readable_bytes() const;
  // Whether it has taken bytes from the socket that have not been read: then the socket need not become readable.
  bool holds_bytes() const;

  // Whether the server has said that it ends, and was not just cut off.
  bool ended_well() const;

  // A copy for a later connection on the same terms; null when there is none that can be resumed. With TLS 1.3 it comes
  // with the first bytes that are read.
  std::shared_ptr<SSL_SESSION> session() const;

  // After `failed`: "its certificate is refused: self-signed certificate".
  const std::string& failure() const { return failure_; }

 private:
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  void expect_host();
  bool certificate_names_host() const;
  TlsStep after_handshake();
  TlsStep step_of(int result);
  TlsStep fail(std::string why);

  TlsContext context_;
  const protocol::BackendTls terms_;
  std::string host_; // without the root's dot
  bool is_address_;
  std::unique_ptr<SSL, Free> tls_;
  std::string failure_;
  bool greeted_ = false; // the handshake is done
};

} // namespace rtmpt_proxy::gateway
