// SPDX-License-Identifier: Apache-2.0
#include "gateway/sockets/lingering_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {

// The handlers that wait keep it alive.
class LingeringSocket : public std::enable_shared_from_this<LingeringSocket> {
 public:
  LingeringSocket(asio::io_context& loop, DescriptorBudget& descriptors, ClientSocket socket, std::string last_bytes)
      : descriptor_(descriptors), socket_(std::move(socket)), end_(loop), last_bytes_(std::move(last_bytes)) {}

  void start() {
    socket_.forget_rest();
    end_.expires_after(kLingerTime);
    end_.async_wait([self = shared_from_this()](const ErrorCode& error) {
      if (!error) self->close();
    });
    write();
    drop_input();
  }

 private:
  // A stranger could send for ever; so much per turn is dropped.
  static constexpr int kMostReads = 4;

  void write() {
    ErrorCode error;
    while (!error && (written_bytes_ < last_bytes_.size() || socket_.has_unsent()))
      written_bytes_ += socket_.write_some(asio::buffer(last_bytes_) + written_bytes_, error);
    const bool is_written = !error;
    if (is_written) socket_.shutdown_send(error);
    if (error == asio::error::would_block) {
      socket_.async_wait(ClientSocket::wait_write, [self = shared_from_this()](const ErrorCode& failed) {
        if (!failed) self->write();
      });
      return;
    }
    if (error && !is_written) close();
  }

  void drop_input() {
    std::array<char, 4096> dropped;
    ErrorCode error;
    for (int i = 0; i < kMostReads && !error; ++i)
      socket_.read_some(asio::buffer(dropped), error);
    if (error && error != asio::error::would_block) return close();
    socket_.async_wait(ClientSocket::wait_read, [self = shared_from_this()](const ErrorCode& failed) {
      if (!failed) self->drop_input();
    });
  }

  void close() {
    ErrorCode ignored;
    end_.cancel();
    socket_.close(ignored);
  }

  DescriptorBudget::Use descriptor_;
  ClientSocket socket_;
  asio::steady_timer end_;
  const std::string last_bytes_;
  std::size_t written_bytes_ = 0;
};

} // namespace

void linger_and_close(asio::io_context& loop, DescriptorBudget& descriptors, ClientSocket socket,
                      std::string last_bytes) {
  if (socket.is_open())
    std::make_shared<LingeringSocket>(loop, descriptors, std::move(socket), std::move(last_bytes))->start();
}

} // namespace rtmpt_proxy::gateway
