// SPDX-License-Identifier: Apache-2.0
// The socket to a client: the client's own TCP connection, perhaps with TLS of the gateway's, or a local socket to
// httpd, which keeps the client's TLS.
#pragma once

#include "gateway/sockets/detached_client.hpp"
#include "gateway/sockets/posted_waits.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::gateway {

// As a socket of Asio, non-blocking, of which nobody needs to know whether there is TLS. Used in its loop's thread. May
// be moved when nobody waits for it.
class ClientSocket {
  using Socket = boost::asio::generic::stream_protocol::socket;

 public:
  using ErrorCode = boost::system::error_code;
  using WaitType = Socket::wait_type;
  static constexpr WaitType wait_read = Socket::wait_read;
  static constexpr WaitType wait_write = Socket::wait_write;

  // Closed. `loop` outlives the socket.
  explicit ClientSocket(boost::asio::io_context& loop) : loop_(&loop), socket_(loop) {}

  // Takes the connection; this socket must be closed. Returns an empty text, or why that failed; then the connection is
  // closed.
  std::string take(DetachedClient client);
  // Gives the connection away, so that another loop can take it with all that it holds. Waits under way are cancelled.
  // Without a descriptor when the socket is closed.
  DetachedClient detach();

  bool is_open() const { return socket_.is_open(); }
  bool is_tcp() const { return is_tcp_; }
  int native_handle() { return socket_.native_handle(); }
  Socket::executor_type get_executor() { return socket_.get_executor(); }

  // The error is would_block when nothing has come, and eof when the client has ended its side, by TLS's word for it or
  // by TCP's.
  std::size_t read_some(boost::asio::mutable_buffer bytes, ErrorCode& error) {
    return side_ ? read_tls(bytes, error) : socket_.read_some(bytes, error);
  }

  // Returns how many bytes have left; the error is would_block when none have. With TLS, the bytes that are left over
  // must come first in the next write: some of them may be on their way as ciphertext already. See forget_rest().
  template <class ConstBuffers>
  std::size_t write_some(const ConstBuffers& buffers, ErrorCode& error) {
    if (!side_) return socket_.write_some(buffers, error);
    std::array<std::string_view, kMostPieces> pieces;
    std::size_t count = 0;
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto next = boost::asio::buffer_sequence_begin(buffers); next != end && count < kMostPieces; ++next) {
      const boost::asio::const_buffer piece(*next);
      pieces[count++] = {static_cast<const char*>(piece.data()), piece.size()};
    }
    return write_tls({pieces.data(), count}, error);
  }

  // What an earlier write left over is not given again: other bytes follow.
  void forget_rest();
  // Whether the kernel has not taken all of what has been made of the bytes so far. An empty write_some() takes it on.
  bool has_unsent() const;

  // Whether there is something to read of which the kernel tells nothing any more.
  bool holds_news() const { return side_ && side_->end->holds_news(); }

  // `handler` gets an error_code. A wait for reading is over at once, but not within this call, when there is something
  // to read of which the kernel tells nothing any more. What can be read may be a part of a record only: then
  // read_some() says would_block.
  template <class Handler>
  void async_wait(WaitType what, Handler&& handler) {
    if (side_ && what == wait_read) {
      if (side_->end->holds_news()) return side_->waits.post(socket_.get_executor(), std::forward<Handler>(handler));
      prepare_to_wait();
    }
    socket_.async_wait(what, std::forward<Handler>(handler));
  }

  // From the next wait on, the socket is readable when about this many bytes are there, or its end. 1: any. For TCP
  // only.
  void set_low_water(std::size_t bytes);

  // Their waits get operation_aborted.
  void cancel(ErrorCode& error);
  // Says the end of TLS first, where there is TLS. would_block: the kernel has not taken that yet, so TCP's end is to
  // be said by another call when the socket is writable.
  void shutdown_send(ErrorCode& error);
  void close(ErrorCode& error);

  // From now on the client is served TLS. `read_already`: bytes of its handshake that were read before. Follows
  // take(). `context` is not null; `tickets` may be.
  void begin_tls(TlsServerContext context, std::string_view read_already, TlsTicketMaker tickets = nullptr);
  // Until it is done; before, nothing can be read or written.
  TlsStep handshake();
  // The client, who is certainly no stream's, gets a session ticket of TLS before the next bytes that are written, if
  // its server gives any. Nothing without TLS.
  void give_ticket() {
    if (side_) side_->end->give_ticket();
  }
  // After `failed`, or after an error of reading or writing.
  const std::string& tls_failure() const;
  bool has_tls() const { return side_ != nullptr; }
  // Empty without TLS, and before the handshake is done.
  protocol::TlsFacts tls_facts() const { return side_ ? side_->end->facts() : protocol::TlsFacts(); }

 private:
  // A reply has a head and two pieces.
  static constexpr std::size_t kMostPieces = 4;

  struct TlsSide {
    std::unique_ptr<TlsServerEnd> end;
    PostedWaits waits;
    std::size_t low_water_bytes = 1;   // of plaintext, as it was wished
    std::size_t kernels_low_water = 1; // of ciphertext, as it is set
  };

  void use_tls(std::unique_ptr<TlsServerEnd> end);
  std::size_t read_tls(boost::asio::mutable_buffer bytes, ErrorCode& error);
  std::size_t write_tls(std::span<const std::string_view> pieces, ErrorCode& error);
  ErrorCode tls_error() const;
  void prepare_to_wait();
  void set_kernels_low_water(std::size_t bytes);

  boost::asio::io_context* loop_;
  Socket socket_;
  std::unique_ptr<TlsSide> side_; // null: no TLS
  bool is_tcp_ = false;
};

inline bool is_tcp(const ClientSocket& socket) {
  return socket.is_tcp();
}

// Asks a client that says nothing for minutes whether it is still there. For TCP only.
void keep_alive(ClientSocket& socket);

// Whether this is a stream connection, over TCP or local.
bool is_stream_connection(int descriptor);

} // namespace rtmpt_proxy::gateway
