// SPDX-License-Identifier: Apache-2.0
// A client's end of a TLS connection, whose bytes the test carries.
#pragma once

#include "test/gateway/tls/test_certificates.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace rtmpt_proxy::test {

struct TlsClientRules {
  int oldest = TLS1_2_VERSION;
  int newest = TLS1_3_VERSION;
  std::string ciphers;          // for TLS 1.2; empty: the library's
  std::string signatures;       // what it can check: "RSA+SHA256"; empty: the library's
  std::string protocols;        // ALPN as it stands in the handshake
  SSL_SESSION* again = nullptr; // to be resumed
};

class TlsClientEnd {
 public:
  explicit TlsClientEnd(const TlsClientRules& rules = {});

  // Goes on with the handshake as far as it goes; whether it is done.
  bool handshake();
  void write(std::string_view bytes);
  // All that has come.
  std::string read();
  void say_end(); // close_notify

  // Bytes of TLS: what it has to send, and what has come for it.
  std::string take_output();
  void feed(std::string_view bytes);
  // Gives the socket all it takes of the output, and takes what has come. False when the connection is over.
  bool carry(int socket);
  std::size_t unsent_bytes() const { return output_.size(); }

  SSL* tls() { return tls_.get(); }
  bool is_told_end() const { return (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  bool failed() const { return failed_; }
  int tickets() const { return tickets_; }          // of TLS 1.3 that have come
  const std::string& came() const { return came_; } // as ciphertext, all of it

 private:
  bool is_waiting(int result);

  std::shared_ptr<SSL_CTX> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> tls_;
  std::string output_;
  std::string came_;
  int tickets_ = 0;
  bool failed_ = false;
};

} // namespace rtmpt_proxy::test
