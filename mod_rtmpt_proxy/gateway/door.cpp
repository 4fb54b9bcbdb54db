#include "door.hpp"

#include "child_channel.hpp"
#include "gateway.hpp"

#include <memory>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

Door::Door(Gateway& gateway, Descriptor socket) : gateway_(gateway), socket_(gateway.loop(), socket.release()) {}

void Door::open() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const ErrorCode& error) {
    if (error) return;
    on_readable();
  });
}

void Door::on_readable() {
  std::size_t count = 0;
  ReceiveStatus status = ReceiveStatus::received;
  while ((status = receive(socket_.native_handle(), bytes_, count, descriptors_)) == ReceiveStatus::received)
    for (Descriptor& channel : std::exchange(descriptors_, {}))
      std::make_shared<ChildChannel>(gateway_, std::move(channel))->start();
  // httpd's parent keeps the other end for as long as it lives, and its end is the lifeline's to tell.
  if (status == ReceiveStatus::would_block) open();
}

} // namespace rtmpt_proxy::gateway
