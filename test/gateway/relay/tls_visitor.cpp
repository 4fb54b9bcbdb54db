// SPDX-License-Identifier: Apache-2.0
#include "tls_visitor.hpp"

#include "test/support/deadline.hpp"

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace rtmpt_proxy::test {

TlsVisitor::TlsVisitor(local::Descriptor socket, const TlsWishes& wishes)
    : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), socket_(std::move(socket)), tls_(nullptr, SSL_free) {
  std::signal(SIGPIPE, SIG_IGN);
  const timeval patience{std::chrono::duration_cast<std::chrono::seconds>(kPatience).count(), 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  SSL_CTX_set_min_proto_version(context_.get(), wishes.version);
  SSL_CTX_set_max_proto_version(context_.get(), wishes.version);
  const int set = wishes.cipher.empty()              ? 1
                  : wishes.version == TLS1_3_VERSION ? SSL_CTX_set_ciphersuites(context_.get(), wishes.cipher.c_str())
                                                     : SSL_CTX_set_cipher_list(context_.get(), wishes.cipher.c_str());
  tls_.reset(SSL_new(context_.get()));
  if (set != 1 || !tls_ || SSL_set_fd(tls_.get(), socket_.get()) != 1) throw std::runtime_error("no client of TLS");
  if (wishes.session) SSL_set_session(tls_.get(), wishes.session);
  if (!wishes.server_name.empty()) SSL_set_tlsext_host_name(tls_.get(), wishes.server_name.c_str());
}

bool TlsVisitor::handshake() {
  return SSL_connect(tls_.get()) == 1;
}

bool TlsVisitor::handshake_so_far() {
  const int flags = ::fcntl(socket_.get(), F_GETFL);
  ::fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK);
  const bool done = SSL_connect(tls_.get()) == 1;
  ::fcntl(socket_.get(), F_SETFL, flags);
  return done;
}

void TlsVisitor::write(std::string_view bytes) {
  std::size_t count = 0;
  if (!bytes.empty() && SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count) != 1)
    throw std::runtime_error("the gateway takes no bytes");
}

std::string TlsVisitor::read_some(std::size_t most) {
  std::string bytes(most, '\0');
  std::size_t count = 0;
  if (SSL_read_ex(tls_.get(), bytes.data(), most, &count) != 1) count = 0;
  bytes.resize(count);
  return bytes;
}

std::string TlsVisitor::read(std::size_t bytes) {
  std::string all;
  while (all.size() < bytes) {
    const std::string more = read_some(std::min<std::size_t>(bytes - all.size(), 65536));
    if (more.empty()) break;
    all += more;
  }
  return all;
}

std::string TlsVisitor::read_all() {
  std::string all;
  for (std::string more = read_some(65536); !more.empty(); more = read_some(65536))
    all += more;
  return all;
}

// A copy: a connection that is cut off spoils its session.
std::shared_ptr<SSL_SESSION> TlsVisitor::ticket() const {
  SSL_SESSION* const session = SSL_get_session(tls_.get());
  if (!session || SSL_SESSION_has_ticket(session) != 1) return nullptr;
  return {SSL_SESSION_dup(session), SSL_SESSION_free};
}

void TlsVisitor::ask_for_new_keys() {
  if (SSL_key_update(tls_.get(), SSL_KEY_UPDATE_REQUESTED) != 1 || SSL_do_handshake(tls_.get()) != 1)
    throw std::runtime_error("the gateway takes no new keys");
}

bool TlsVisitor::has_sent() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(socket_.get(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_bytes_acked > 1;
}

void TlsVisitor::send_plain(std::string_view bytes) {
  if (::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("the gateway takes no bytes");
}

} // namespace rtmpt_proxy::test
