// SPDX-License-Identifier: Apache-2.0
// A client of TLS, over a socket that the test has.
#pragma once

#include "local/descriptor.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace rtmpt_proxy::test {

struct TlsWishes {
  std::string server_name = "live.example.com"; // empty: it asks for none
  int version = TLS1_3_VERSION;
  std::string cipher;             // the only one that it offers, in OpenSSL's words; empty: any
  SSL_SESSION* session = nullptr; // of before, which it wants to resume
};

// Every wait ends after kPatience. Used by one thread at a time.
class TlsVisitor {
 public:
  TlsVisitor(local::Descriptor socket, const TlsWishes& wishes = {});

  int socket() const { return socket_.get(); }
  bool handshake(); // false when it fails
  // Goes on with the handshake as far as it can at once. Whether it is done.
  bool handshake_so_far();
  std::string version() const { return SSL_get_version(tls_.get()); }
  std::string cipher() const { return SSL_get_cipher_name(tls_.get()); }

  // All of it. Throws std::runtime_error when the other side does not take it.
  void write(std::string_view bytes);
  // Exactly so many, or fewer at the end.
  std::string read(std::size_t bytes);
  // Everything up to the end.
  std::string read_all();
  // With which it can come again, if bytes have been read behind it; null: it was given none.
  std::shared_ptr<SSL_SESSION> ticket() const;
  // Whether the other side has said its end, and was not just cut off.
  bool ended_well() const { return (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  // Says that it writes no more.
  void say_end() { SSL_shutdown(tls_.get()); }
  void close() { socket_.reset(); }
  // TLS 1.3: makes the other side answer.
  void ask_for_new_keys();

  // Whether bytes have reached the other side, read or not. Any thread may ask.
  bool has_sent() const;

  // Under TLS: bytes of the test's own.
  void send_plain(std::string_view bytes);

 private:
  std::string read_some(std::size_t most);

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  local::Descriptor socket_;
  std::unique_ptr<SSL, void (*)(SSL*)> tls_;
};

} // namespace rtmpt_proxy::test
