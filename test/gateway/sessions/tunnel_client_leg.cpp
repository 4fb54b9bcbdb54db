// SPDX-License-Identifier: Apache-2.0
// When a leg to an RTMPT client brings what its backend has sent.
#include "gateway/sessions/tunnel_client_leg.hpp"

#include "gateway/base/loop_services.hpp"
#include "test/gateway/session/session_rig.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <spdlog/sinks/null_sink.h>

#include <memory>
#include <string>
#include <utility>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using gateway::SessionRequest;
using gateway::TimePoint;
using protocol::TunnelRequestKind;

namespace {

// A stream whose backend sends what the test says.
class FakeStream final : public gateway::ClientOwner {
 public:
  explicit FakeStream(const protocol::SessionTerms& terms)
      : log_("test", std::make_shared<spdlog::sinks::null_sink_mt>()),
        timer_(io_),
        services_{io_, timer_, log_, descriptors_},
        leg(terms, *this, services_, name_, std::chrono::steady_clock::now()) {}

  // The backend's bytes lie in the kernel from `now` on.
  void backend_sends(const std::string& bytes, TimePoint now) {
    pending_ += bytes;
    leg.backend_readable(now);
  }

  std::size_t write(const gateway::Pieces& bytes) override { return gateway::size_of(bytes); }
  void client_asked(policy::Way, TimePoint) override {}
  bool backend_is_readable() const override { return !pending_.empty(); }
  std::size_t backend_readable_bytes() const override { return pending_.size(); }
  void read_backend() override {
    if (pending_.empty()) return;
    const auto now = std::chrono::steady_clock::now();
    leg.from_backend(std::exchange(pending_, {}), now);
    leg.backend_pauses(now);
  }
  void gather_backend(std::size_t) override {}
  void look_at_backend() override { read_backend(); }
  std::shared_ptr<void> keep() override { return nullptr; }
  void settled() override {}
  void deadline_changed() override {}

 private:
  boost::asio::io_context io_;
  spdlog::logger log_;
  gateway::LoopTimer timer_;
  gateway::DescriptorBudget descriptors_;
  gateway::LoopServices services_;
  const std::string name_ = "a stream";
  std::string pending_;

 public:
  gateway::TunnelClientLeg leg;
};

SessionRequest idle(std::uint32_t number) {
  SessionRequest request;
  request.kind = TunnelRequestKind::idle;
  request.sequence_number = number;
  return request;
}

protocol::SessionTerms gathering_terms() {
  protocol::SessionTerms terms = usual_terms();
  terms.idle_hold = 10s;
  terms.gather = 5s;
  return terms;
}

// Past handshake and commands, where nothing gathers.
void have_conversation(FakeStream& stream, FakeExchange& exchange) {
  stream.backend_sends(std::string(gateway::Session::kConversationBytes, 'h'), std::chrono::steady_clock::now());
  stream.leg.request(idle(1), exchange, policy::Way::handed_over);
  REQUIRE(exchange.body.size() == gateway::Session::kConversationBytes);
}

} // namespace

TEST_CASE("Bytes gather in the kernel while an idle is held, and are brought at the end of the gather",
          "[client leg]") {
  FakeStream stream(gathering_terms());
  FakeExchange first;
  have_conversation(stream, first);
  FakeExchange held;
  stream.leg.request(idle(2), held, policy::Way::handed_over);
  const TimePoint came = std::chrono::steady_clock::now();
  stream.backend_sends("media", came);
  stream.leg.on_time(came + 4s);
  CHECK(held.text() == "-");
  stream.leg.on_time(came + 5s);
  CHECK(held.body == "media");
}

TEST_CASE("Bytes that come just before the end of an idle's hold go with its answer", "[client leg]") {
  FakeStream stream(gathering_terms());
  FakeExchange first;
  have_conversation(stream, first);
  FakeExchange held;
  stream.leg.request(idle(2), held, policy::Way::handed_over);
  const TimePoint hold_end = stream.leg.next_deadline();
  stream.backend_sends("media", hold_end - 100ms);
  stream.leg.on_time(hold_end);
  CHECK(held.body == "media");
}
