// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/door.hpp"

#include "gateway/doors/child_channel.hpp"
#include "gateway/loops/gateway.hpp"
#include "local/error_text.hpp"
#include "local/patience.hpp"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <poll.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {

// After this many messages the streams of the first loop have their turn.
constexpr int kMostKnocksAtOnce = 64;
// Pause after an error that could come again at once.
constexpr std::chrono::milliseconds kDoorRest{100};

} // namespace

Door::Door(Gateway& gateway, local::Descriptor socket)
    : gateway_(gateway), socket_(gateway.first().io(), socket.release()), rest_(gateway.first().io()) {}

void Door::open() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const ErrorCode& error) {
    if (error == asio::error::operation_aborted) return;
    if (error) return rest(error.message());
    on_readable();
  });
}

void Door::on_readable() {
  for (int knocks = 0; knocks < kMostKnocksAtOnce; ++knocks) {
    descriptors_.clear();
    const local::Received knock = local::receive_with_descriptors(socket_.native_handle(), bytes_, descriptors_);
    switch (knock.status) {
    case local::ReceiveStatus::would_block: return open();
    case local::ReceiveStatus::failed: return rest(local::error_text(errno));
    case local::ReceiveStatus::end:
      if (descriptors_.empty() && is_hung_up()) return on_hang_up();
      break; // a message without a byte looks the same
    case local::ReceiveStatus::received: break;
    }
    take(knock);
  }
  open();
}

bool Door::is_hung_up() {
  pollfd state{socket_.native_handle(), POLLIN | POLLRDHUP, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & (POLLHUP | POLLRDHUP)) != 0;
}

// Nothing can come any more, and the door would be readable for ever, so it is not read again. httpd's parent holds the
// other end as long as it lives. So either the parent has ended, and the lifeline ends the gateway, or a child has shut
// the socket down.
void Door::on_hang_up() {
  rest_.expires_after(local::patience::kLifelineEnds);
  rest_.async_wait([this](const ErrorCode& error) {
    if (!error)
      gateway_.first().log().error(
          "RTMPT362: a process of httpd's has shut the gateway's door: httpd's children cannot "
          "reach the gateway any more; a restart with a new gateway mends it (stop and start)");
  });
}

void Door::rest(std::string_view why) {
  drop(why);
  rest_.expires_after(kDoorRest);
  rest_.async_wait([this](const ErrorCode& error) {
    if (!error) open();
  });
}

// A child whose channel is closed because there is no such loop asks loop 0, which always exists, how many loops there
// are.
void Door::take(const local::Received& knock) {
  if (knock.descriptors_lost) {
    const DescriptorBudget& budget = gateway_.first().descriptors();
    return drop("its descriptor did not arrive, for too many are open: the gateway knows of " +
                std::to_string(budget.used()) + " of at most " + std::to_string(budget.limit()));
  }
  if (descriptors_.size() != 1)
    return drop("it brings " + std::to_string(descriptors_.size()) + " descriptors, expected 1");
  if (knock.bytes == 0) return drop("it names no loop: it is empty");
  admit(static_cast<unsigned char>(bytes_.front()), std::move(descriptors_.front()));
}

void Door::drop(std::string_view why) {
  if (const auto left_out = lines_.admit(std::chrono::steady_clock::now()))
    gateway_.first().log().error("RTMPT360: a message at the door of httpd's children is dropped: {}{}", why,
                                 policy::words_for_left_out(*left_out));
}

void Door::admit(std::uint32_t loop, local::Descriptor channel) {
  if (loop >= gateway_.count()) {
    if (const auto left_out = lines_.admit(std::chrono::steady_clock::now()))
      gateway_.first().log().error("RTMPT317: a channel of httpd asks for loop {} of {} and is closed{}", loop,
                                   gateway_.count(), policy::words_for_left_out(*left_out));
    return;
  }
  Loop& home = gateway_.at(loop);
  asio::post(home.io(), [&home, channel = std::move(channel)]() mutable {
    std::make_shared<ChildChannel>(home, std::move(channel))->start();
  });
}

} // namespace rtmpt_proxy::gateway
