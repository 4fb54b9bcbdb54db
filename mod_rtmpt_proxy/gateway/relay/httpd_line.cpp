// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/httpd_line.hpp"

#include <boost/asio/buffer.hpp>

#include <sys/ioctl.h>
#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {

// The kernel keeps so many bytes that httpd has not read, and takes the number twice, for what it needs itself. Those
// of a client that httpd gives to a session are read again, so they must fit into RelayTail, with a record that lies
// here and one that lies in mod_ssl. With less, httpd wakes up more often
// for an upload.
constexpr int kKernelBytes = 32768;

} // namespace

DoorConnected HttpdLine::connect(const local::Descriptor& door, std::string_view preamble, TlsContext context,
                                 const InnerTerms& terms, SSL_SESSION* session) {
  ErrorCode error;
  close();
  DoorConnected connected = connect_to_door(socket_, door);
  if (!connected.failure.empty()) return connected;
  ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_SNDBUF, &kKernelBytes, sizeof kKernelBytes);
  const std::size_t written = socket_.write_some(asio::buffer(preamble.data(), preamble.size()), error);
  if (error) return {error.message()};
  if (written != preamble.size()) return {"it takes no bytes"};
  tls_ = std::make_unique<TlsLine>(std::move(context), protocol::BackendTls{false, false, {}}, std::string(),
                                   socket_.native_handle());
  if (!tls_->expect(terms.facts, session) || !tls_->ask_for(terms.server_name))
    return {"OpenSSL refuses " + terms.facts.protocol + ", " + terms.facts.cipher};
  tls_->offer(terms.offers);
  return {};
}

bool HttpdLine::has_fetched_all() {
  int unread = 0;
  return socket_.is_open() && ::ioctl(socket_.native_handle(), TIOCOUTQ, &unread) == 0 && unread == 0;
}

TlsStep HttpdLine::say_end() {
  const TlsStep step = tls_->say_end();
  ErrorCode ignored;
  if (step != TlsStep::wants_write) socket_.shutdown(Socket::shutdown_send, ignored);
  return step;
}

void HttpdLine::close() {
  ErrorCode ignored;
  socket_.close(ignored);
  tls_.reset();
}

} // namespace rtmpt_proxy::gateway
