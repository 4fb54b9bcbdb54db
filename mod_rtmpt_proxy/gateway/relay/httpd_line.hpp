// SPDX-License-Identifier: Apache-2.0
// A connection to httpd's private listener that carries a client's bytes, inside TLS once more.
#pragma once

#include "gateway/backends/tls_line.hpp"
#include "gateway/relay/inner_sessions.hpp"
#include "gateway/sockets/door_connect.hpp"
#include "local/descriptor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::gateway {

// Never waits. Used in the thread of its loop.
class HttpdLine {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;

  explicit HttpdLine(boost::asio::io_context& loop) : socket_(loop) {}

  // Connects and writes `preamble`. `door` is httpd's listener, opened with O_PATH. `context` is not null; `session`
  // may be. After a failure it may be tried once more.
  DoorConnected connect(const local::Descriptor& door, std::string_view preamble, TlsContext context,
                        const InnerTerms& terms, SSL_SESSION* session);

  bool is_open() const { return socket_.is_open(); }

  // Until it is done; see TlsLine.
  TlsStep handshake() { return tls_->handshake(); }
  TlsMoved read(char* bytes, std::size_t most) { return tls_->read(bytes, most); }
  TlsMoved write(std::string_view bytes) { return tls_->write(bytes); }
  const std::string& failure() const { return tls_->failure(); }
  bool ended_well() const { return tls_->ended_well(); }
  InnerSession session() const { return tls_->session(); }
  // Whether httpd has fetched all that was written; it may not have deciphered the last record of it yet.
  bool has_fetched_all();

  // Tells httpd that nothing more will be written. `wants_write`: once more when the socket is writable.
  TlsStep say_end();

  template <class Handler>
  void async_wait(Socket::wait_type what, Handler&& handler) {
    socket_.async_wait(what, std::forward<Handler>(handler));
  }
  void close();

 private:
  Socket socket_;
  std::unique_ptr<TlsLine> tls_;
};

} // namespace rtmpt_proxy::gateway
