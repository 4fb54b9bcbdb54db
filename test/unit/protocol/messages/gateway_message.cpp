// SPDX-License-Identifier: Apache-2.0
#include "sample_messages.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace rtmpt_proxy::protocol;
using namespace std::chrono_literals;
using rtmpt_proxy::test::Sample;
using rtmpt_proxy::test::sample_messages;

namespace {

GatewayMessage decoded(const std::string& frame) {
  FrameReader reader;
  reader.feed(frame);
  GatewayMessage message;
  REQUIRE(reader.next(message) == FrameError::none);
  return message;
}

} // namespace

TEST_CASE("The samples have every type of gateway message", "[gateway_message]") {
  std::set<std::size_t> types;
  for (const Sample& sample : sample_messages())
    types.insert(sample.message.index());
  CHECK(types.size() == std::variant_size_v<GatewayMessage>);
}

TEST_CASE("Each gateway message has exactly its bytes on the wire", "[gateway_message]") {
  for (const Sample& sample : sample_messages()) {
    INFO(sample.name);
    CHECK(encode(sample.message) == sample.frame);
    CHECK(decoded(sample.frame) == sample.message);
  }
}

TEST_CASE("Every kind of request and refusal survives the way", "[gateway_message]") {
  using Kind = TunnelRequestKind;
  for (const Kind kind : {Kind::ident, Kind::open, Kind::send, Kind::idle, Kind::close}) {
    const GatewayMessage forward = Forward{VhostKey("vh"), 0ms, 0ms, {kind, SessionId("id"), 0}};
    CHECK(decoded(encode(forward)) == forward);
  }
  for (const Refusal reason :
       {Refusal::backend_unreachable, Refusal::backend_timeout, Refusal::gateway_full, Refusal::gateway_retiring,
        Refusal::too_many_sessions, Refusal::too_many_sessions_of_client, Refusal::backend_drained,
        Refusal::backend_not_tried}) {
    const GatewayMessage refused = Refused{reason, ""};
    CHECK(decoded(encode(refused)) == refused);
  }
}

TEST_CASE("A time that 32 bits of milliseconds cannot say becomes the nearest they can", "[gateway_message]") {
  const auto sent = [](std::chrono::milliseconds hold) {
    return std::get<Forward>(decoded(encode(Forward{VhostKey(), hold, 0ms, {}}))).hold_limit;
  };
  CHECK(sent(-1ms) == 0ms);
  CHECK(sent(4294967295ms) == 4294967295ms);
  CHECK(sent(std::chrono::milliseconds::max()) == 4294967295ms);
}

TEST_CASE("The largest piece of a body survives the way, and a larger one is refused", "[gateway_message]") {
  const GatewayMessage piece = BodyPiece{std::string(kMaxBodyPieceBytes, 'b'), false, false, 0};
  CHECK((decoded(encode(piece)) == piece));
  FrameReader reader;
  reader.feed(encode(BodyPiece{std::string(kMaxBodyPieceBytes + 1, 'b'), false, false, 0}));
  GatewayMessage message;
  CHECK(reader.next(message) == FrameError::malformed);
}

TEST_CASE("Only the last piece of a body says why the body is not whole, and it says one reason", "[gateway_message]") {
  const auto result_of = [](const BodyPiece& piece) {
    FrameReader reader;
    reader.feed(encode(piece));
    GatewayMessage message;
    return reader.next(message);
  };
  CHECK(result_of({"b", true, true, 0}) == FrameError::none);
  CHECK(result_of({"b", true, true, 413}) == FrameError::none);
  CHECK(result_of({"b", true, true, 200}) == FrameError::malformed);
  CHECK(result_of({"b", true, false, 413}) == FrameError::malformed);
  CHECK(result_of({"b", false, true, 0}) == FrameError::malformed);
  CHECK(result_of({"b", false, false, 413}) == FrameError::malformed);
}

TEST_CASE("A gateway says a tag of the form that session ids have", "[gateway_message]") {
  const auto result_of = [](const std::string& tag) {
    FrameReader reader;
    reader.feed(encode(Hello{1, "0.1.0", 7, 1, tag, false}));
    GatewayMessage message;
    return reader.next(message);
  };
  CHECK(result_of("aZ-9") == FrameError::none);
  for (const char* const tag : {"", "aZ-", "aZ-9x", "aZ 9"}) {
    CAPTURE(tag);
    CHECK(result_of(tag) == FrameError::malformed);
  }
}
