// SPDX-License-Identifier: Apache-2.0
#include "tls_server.hpp"

#include "test/gateway/loops/loopback.hpp"
#include "test/support/deadline.hpp"

#include <stdexcept>
#include <utility>

#include <sys/socket.h>
#include <sys/time.h>

namespace rtmpt_proxy::test {

TlsPeer::TlsPeer(SSL_CTX* context, int socket) : tls_(SSL_new(context), SSL_free), socket_(socket) {
  const timeval patience{std::chrono::duration_cast<std::chrono::seconds>(kPatience).count(), 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  SSL_set_fd(tls_.get(), socket);
}

bool TlsPeer::handshake() {
  return SSL_accept(tls_.get()) == 1;
}

std::string TlsPeer::server_name() const {
  const char* const name = SSL_get_servername(tls_.get(), TLSEXT_NAMETYPE_host_name);
  return name ? name : "";
}

std::string TlsPeer::version() const {
  return SSL_get_version(tls_.get());
}

std::string TlsPeer::cipher() const {
  return SSL_get_cipher_name(tls_.get());
}

bool TlsPeer::resumes() const {
  return SSL_session_reused(tls_.get()) == 1;
}

std::string TlsPeer::session_id() const {
  unsigned int size = 0;
  const unsigned char* const id = SSL_SESSION_get_id(SSL_get_session(tls_.get()), &size);
  return {reinterpret_cast<const char*>(id), size};
}

std::vector<int> TlsPeer::offered_groups() const {
  std::vector<int> groups(static_cast<std::size_t>(SSL_get1_groups(tls_.get(), nullptr)));
  SSL_get1_groups(tls_.get(), groups.data());
  return groups;
}

std::string TlsPeer::read(std::size_t most) {
  std::string bytes(most, '\0');
  std::size_t count = 0;
  if (SSL_read_ex(tls_.get(), bytes.data(), most, &count) != 1) count = 0;
  bytes.resize(count);
  return bytes;
}

std::string TlsPeer::read_all(std::size_t bytes) {
  std::string all;
  while (all.size() < bytes) {
    const std::string more = read(std::min<std::size_t>(bytes - all.size(), 65536));
    if (more.empty()) break;
    all += more;
  }
  return all;
}

bool TlsPeer::write(std::string_view bytes) {
  std::size_t count = 0;
  return bytes.empty() || SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count) == 1;
}

void TlsPeer::say_end() {
  SSL_shutdown(tls_.get());
}

bool TlsPeer::ended_well() const {
  return (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

std::string TlsPeer::read_plain(std::size_t bytes) {
  std::string plain(bytes, '\0');
  const ssize_t count = ::recv(socket_, plain.data(), bytes, MSG_WAITALL);
  plain.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return plain;
}

TlsServer::TlsServer(const KeyPair& pair, Serve serve, int newest)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free),
      serve_(std::move(serve)),
      listener_(listen_on_loopback(port_)) {
  SSL_CTX_set_security_level(context_.get(), 0); // also for versions that nobody should speak any more
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context_.get(), newest);
  if (SSL_CTX_use_certificate(context_.get(), pair.certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context_.get(), pair.key.get()) != 1)
    throw std::runtime_error("the server takes no certificate");
  thread_ = std::thread([this] { run(); });
}

TlsServer::~TlsServer() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    if (connection_ >= 0) ::shutdown(connection_, SHUT_RDWR);
  }
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

void TlsServer::run() {
  for (;;) {
    const local::Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    {
      const std::scoped_lock lock(mutex_);
      if (ending_ || !client) return;
      connection_ = client.get();
    }
    TlsPeer peer(context_.get(), client.get());
    serve_(peer);
    const std::scoped_lock lock(mutex_);
    connection_ = -1;
  }
}

void echo(TlsPeer& peer) {
  if (!peer.handshake()) return;
  for (std::string bytes = peer.read(); !bytes.empty(); bytes = peer.read())
    if (!peer.write(bytes)) return;
}

} // namespace rtmpt_proxy::test
