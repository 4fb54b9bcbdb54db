// SPDX-License-Identifier: Apache-2.0
// What a thread of httpd, or rtmptctl, hears of the gateway: messages, and every way in which none come.
#include "local/gateway_channel.hpp"

#include "local/descriptor_passing.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::local;
using namespace std::chrono_literals;

namespace {

constexpr auto kSoon = 30ms;
constexpr auto kEventually = 20s; // sanitizers and a busy machine included

struct Ends {
  Ends() {
    auto pair = make_socket_pair(SOCK_STREAM);
    REQUIRE(pair);
    other = std::move(pair->theirs);
    channel.emplace(std::move(pair->ours), 3);
  }

  void say(const protocol::GatewayMessage& message) const {
    const std::string frame = protocol::encode(message);
    REQUIRE(send_with_descriptors(other.get(), frame) == static_cast<ssize_t>(frame.size()));
  }

  ChannelStatus hear(std::chrono::milliseconds within) { return channel->receive(heard, Clock::now() + within); }

  Descriptor other;
  std::optional<GatewayChannel> channel;
  protocol::GatewayMessage heard;
};

protocol::StatusPiece piece_of(std::size_t bytes) {
  protocol::StatusPiece piece;
  piece.bytes.assign(bytes, 'x');
  return piece;
}

} // namespace

TEST_CASE("Messages that come together are received one by one", "[gateway_channel]") {
  Ends ends;
  CHECK(ends.channel->loop() == 3);
  const std::string frames = protocol::encode(piece_of(1)) + protocol::encode(piece_of(70'000));
  REQUIRE(send_with_descriptors(ends.other.get(), frames) == static_cast<ssize_t>(frames.size()));
  REQUIRE(ends.hear(kEventually) == ChannelStatus::ok);
  CHECK(std::get<protocol::StatusPiece>(ends.heard).bytes.size() == 1);
  REQUIRE(ends.hear(kEventually) == ChannelStatus::ok);
  CHECK(std::get<protocol::StatusPiece>(ends.heard).bytes.size() == 70'000);
  CHECK(ends.hear(0ms) == ChannelStatus::timed_out);
}

TEST_CASE("A message larger than the socket takes its descriptors along once", "[gateway_channel]") {
  Ends ends;
  const int size = 4096;
  REQUIRE(::setsockopt(ends.other.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0);
  const std::vector<int> descriptors{STDERR_FILENO, STDERR_FILENO};
  const std::string frame = protocol::encode(piece_of(500'000));
  std::vector<Descriptor> came;
  std::size_t came_bytes = 0;
  std::thread reader([&] {
    std::vector<char> bytes(4096);
    for (const auto deadline = Clock::now() + kEventually; came_bytes < frame.size() && Clock::now() < deadline;) {
      const Received received = receive_with_descriptors(ends.other.get(), bytes, came);
      came_bytes += received.bytes;
      if (received.status == ReceiveStatus::would_block) std::this_thread::yield();
    }
  });
  const ChannelStatus status = ends.channel->send(piece_of(500'000), Clock::now() + kEventually, descriptors);
  reader.join();
  CHECK(status == ChannelStatus::ok);
  CHECK(came_bytes == frame.size());
  CHECK(came.size() == 2);
}

TEST_CASE("A gateway that says nothing and takes nothing is waited for until the deadline", "[gateway_channel]") {
  Ends ends;
  const auto began = Clock::now();
  CHECK(ends.hear(kSoon) == ChannelStatus::timed_out);
  CHECK(Clock::now() - began >= kSoon);
  ChannelStatus status = ChannelStatus::ok;
  for (int i = 0; status == ChannelStatus::ok && i < 1000; ++i)
    status = ends.channel->send(piece_of(100'000), Clock::now() + kSoon);
  CHECK(status == ChannelStatus::timed_out);
}

TEST_CASE("A gateway that has ended is lost, for the reader and for the writer", "[gateway_channel]") {
  Ends ends;
  ends.say(piece_of(1));
  ends.other.reset();
  CHECK_FALSE(ends.channel->is_quiet());
  CHECK(ends.hear(kEventually) == ChannelStatus::ok); // what it said before
  CHECK(ends.hear(kEventually) == ChannelStatus::lost);
  CHECK(ends.channel->send(piece_of(1), Clock::now() + kEventually) == ChannelStatus::lost);
}

TEST_CASE("What is no message is garbled", "[gateway_channel]") {
  Ends ends;
  REQUIRE(send_with_descriptors(ends.other.get(), std::string(64, '\xff')) == 64);
  CHECK(ends.hear(kEventually) == ChannelStatus::garbled);
}

TEST_CASE("A thread whose patience is over goes on with a leave alone, which it asks for anew each time",
          "[gateway_channel]") {
  Ends ends;
  int asked = 0;
  SECTION("there is none") {
    ends.channel->begin({Clock::now() + kSoon, [&]() -> std::shared_ptr<void> {
                           ++asked;
                           return nullptr;
                         }});
    CHECK(ends.hear(kEventually) == ChannelStatus::crowded);
  }
  SECTION("nobody gives any") {
    ends.channel->begin({Clock::now(), nullptr});
    CHECK(ends.hear(kEventually) == ChannelStatus::crowded);
    ++asked;
  }
  SECTION("there is one, given back when patience is renewed and at the end of the exchange") {
    auto place = std::make_shared<int>(0);
    ends.channel->begin({Clock::now(), [&]() -> std::shared_ptr<void> {
                           ++asked;
                           return place;
                         }});
    CHECK(ends.hear(kSoon) == ChannelStatus::timed_out);
    CHECK(place.use_count() == 2); // the other is the channel's
    CHECK(ends.hear(kSoon) == ChannelStatus::timed_out);
    CHECK(asked == 1); // the leave is still there
    ends.channel->go_on_until(Clock::now());
    CHECK(place.use_count() == 1);
    CHECK(ends.hear(kSoon) == ChannelStatus::timed_out);
    CHECK(place.use_count() == 2);
    CHECK(asked == 2);
    ends.channel->end();
    CHECK(place.use_count() == 1);
    --asked;
  }
  CHECK(asked == 1);
}

TEST_CASE("Patience that goes on asks for no leave", "[gateway_channel]") {
  Ends ends;
  ends.channel->begin({Clock::now(), nullptr});
  ends.channel->go_on_until(Clock::now() + kEventually);
  CHECK(ends.hear(kSoon) == ChannelStatus::timed_out);
}

TEST_CASE("A channel is quiet while nothing waits in it", "[gateway_channel]") {
  Ends ends;
  CHECK(ends.channel->is_quiet());
  ends.say(piece_of(1));
  CHECK_FALSE(ends.channel->is_quiet());
}

TEST_CASE("Of a client and the gateway, the one that speaks first ends the wait", "[gateway_channel]") {
  Ends ends;
  auto client = make_socket_pair(SOCK_STREAM);
  REQUIRE(client);
  CHECK_FALSE(ends.channel->await_either(client->ours.get(), Clock::now() + kSoon));
  CHECK_FALSE(ends.channel->await_either(-1, Clock::now() + kEventually));
  REQUIRE(send_with_descriptors(client->theirs.get(), "x") == 1);
  CHECK_FALSE(ends.channel->await_either(client->ours.get(), Clock::now() + kEventually));
  ends.say(piece_of(1));
  CHECK(ends.channel->await_either(client->ours.get(), Clock::now() + kEventually));
}
