// SPDX-License-Identifier: Apache-2.0
// A media server behind TLS, in a thread of the test's own process.
#pragma once

#include "local/descriptor.hpp"
#include "test_certificates.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace rtmpt_proxy::test {

// The server's end of one connection. All waits end after kPatience, and when the server is destroyed.
class TlsPeer {
 public:
  TlsPeer(SSL_CTX* context, int socket);

  bool handshake(); // false when the client breaks it off
  std::string server_name() const;
  std::string version() const; // "TLSv1.3"
  std::string cipher() const;  // "TLS_AES_256_GCM_SHA384"
  bool resumes() const;        // a session of an earlier connection
  std::string session_id() const;
  std::vector<int> offered_groups() const; // by their numbers (NID)
  int socket() const { return socket_; }

  // The next bytes, at most so many; empty at the end.
  std::string read(std::size_t most = 65536);
  // Exactly so many, or fewer at the end.
  std::string read_all(std::size_t bytes);
  bool write(std::string_view bytes); // all of them
  void say_end();                     // close_notify
  bool ended_well() const;            // the client has sent its close_notify

  // The next bytes before TLS.
  std::string read_plain(std::size_t bytes);

 private:
  std::unique_ptr<SSL, void (*)(SSL*)> tls_;
  int socket_;
};

// Serves one connection after the other by `serve`, on 127.0.0.1.
class TlsServer {
 public:
  using Serve = std::function<void(TlsPeer&)>;

  // `newest`: the newest version of TLS that it speaks.
  TlsServer(const KeyPair& pair, Serve serve, int newest = TLS1_3_VERSION);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  void run();

  std::shared_ptr<SSL_CTX> context_;
  Serve serve_;
  std::uint16_t port_ = 0; // before the listener, which tells it
  local::Descriptor listener_;
  std::mutex mutex_;
  int connection_ = -1;
  bool ending_ = false;
  std::thread thread_;
};

// Gives every byte back, until the client ends.
void echo(TlsPeer& peer);

} // namespace rtmpt_proxy::test
