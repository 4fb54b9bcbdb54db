// SPDX-License-Identifier: Apache-2.0
// When a leg to an RTMP client wants to be called.
#include "gateway/sessions/rtmp_client_leg.hpp"

#include "gateway/base/loop_services.hpp"
#include "local/descriptor.hpp"
#include "test/gateway/session/session_rig.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <spdlog/sinks/null_sink.h>

#include <array>
#include <memory>
#include <string>

#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using gateway::TimePoint;

namespace {

// A stream whose backend sends what the test says, and whose client takes everything.
class FakeStream final : public gateway::ClientOwner {
 public:
  FakeStream()
      : log_("test", std::make_shared<spdlog::sinks::null_sink_mt>()),
        timer_(io_),
        services_{io_, timer_, log_, descriptors_} {
    auto pair = local::make_socket_pair(SOCK_STREAM);
    REQUIRE(pair);
    client_ = std::move(pair->ours);
    gateway::GreetedClient client{gateway::ClientSocket(io_), policy::Way::handed_over, {}, 0, {}, {}, {}};
    REQUIRE(client.socket.take(gateway::DetachedClient(std::move(pair->theirs))).empty());
    leg = std::make_unique<gateway::RtmpClientLeg>(usual_terms(), *this, services_, std::move(client), now);
    leg->begin(now);
    backend_sends(std::string(3073, '\3')); // its handshake
  }

  void backend_sends(const std::string& bytes) {
    leg->from_backend(bytes, now);
    leg->backend_pauses(now);
    leg->backend_writable(now);
    std::array<char, 65536> taken;
    while (::recv(client_.get(), taken.data(), taken.size(), MSG_DONTWAIT) > 0) {
    }
  }

  std::size_t write(const gateway::Pieces& bytes) override { return gateway::size_of(bytes); }
  TimePoint held_until() const override { return TimePoint::min(); }
  void client_asked(policy::Way, TimePoint) override {}
  bool backend_is_readable() const override { return false; }
  std::size_t backend_readable_bytes() const override { return 0; }
  void read_backend() override {}
  void gather_backend(std::size_t bytes) override { gather_bytes = bytes; }
  void look_at_backend() override { ++looks; }
  std::shared_ptr<void> keep() override { return nullptr; }
  void settled() override {}
  void deadline_changed() override {}

  TimePoint now = std::chrono::steady_clock::now();
  std::size_t gather_bytes = 1;
  int looks = 0;

 private:
  boost::asio::io_context io_;
  spdlog::logger log_;
  gateway::LoopTimer timer_;
  gateway::DescriptorBudget descriptors_;
  gateway::LoopServices services_;
  local::Descriptor client_;

 public:
  std::unique_ptr<gateway::RtmpClientLeg> leg;
};

// Two seconds of a stream of 3.2 Mb/s.
void stream(FakeStream& stream) {
  for (int i = 0; i < 100; ++i) {
    stream.now += 20ms;
    stream.backend_sends(std::string(8000, 'x'));
  }
}

} // namespace

TEST_CASE("A leg gathers what a media server sends, and looks for the rest") {
  FakeStream one;
  stream(one);
  CHECK(one.gather_bytes == 8192);
  CHECK(one.leg->next_deadline() == one.now + 100ms);
  one.now += 100ms;
  one.leg->on_time(one.now);
  CHECK(one.looks == 1);
}

TEST_CASE("A leg needs no call where the backend gathers by itself") {
  FakeStream one;
  const bool is_late = GENERATE(false, true); // it has gathered before
  if (is_late) stream(one);
  one.leg->backend_gathers();
  stream(one);
  CHECK(one.leg->next_deadline() == TimePoint::max());
  CHECK(one.looks == 0);
}
