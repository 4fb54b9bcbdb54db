#include "door.hpp"

#include "child_channel.hpp"
#include "gateway_loops.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

Door::Door(GatewayLoops& loops, Descriptor socket) : loops_(loops), socket_(loops.first().loop(), socket.release()) {}

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
      admit(static_cast<unsigned char>(bytes_.front()), std::move(channel));
  // httpd's parent keeps the other end for as long as it lives, and its end is the lifeline's to tell.
  if (status == ReceiveStatus::would_block) open();
}

// A child that hears nothing asks loop 0, which is always there, how many there are.
void Door::admit(std::uint32_t loop, Descriptor channel) {
  if (loop >= loops_.count())
    return loops_.first().log().error("RTMPT317: a channel of httpd asks for loop {} of {} and is closed", loop,
                                      loops_.count());
  Gateway& home = loops_.at(loop);
  asio::post(home.loop(), [&home, channel = std::move(channel)]() mutable {
    std::make_shared<ChildChannel>(home, std::move(channel))->start();
  });
}

} // namespace rtmpt_proxy::gateway
