#include "sample_messages.hpp"

#include <rtmpt_proxy/protocol/gateway_message.hpp>

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
    const GatewayMessage forward = Forward{"vh", 0ms, 0ms, {kind, "id", 0, "b"}};
    CHECK(decoded(encode(forward)) == forward);
  }
  for (const Refusal reason :
       {Refusal::backend_unreachable, Refusal::backend_timeout, Refusal::gateway_full, Refusal::gateway_retiring,
        Refusal::too_many_sessions, Refusal::too_many_sessions_of_client}) {
    const GatewayMessage refused = Refused{reason, ""};
    CHECK(decoded(encode(refused)) == refused);
  }
}

TEST_CASE("A time that 32 bits of milliseconds cannot say becomes the nearest they can", "[gateway_message]") {
  const auto sent = [](std::chrono::milliseconds hold) {
    return std::get<Forward>(decoded(encode(Forward{"", hold, 0ms, {}}))).hold_limit;
  };
  CHECK(sent(-1ms) == 0ms);
  CHECK(sent(4294967295ms) == 4294967295ms);
  CHECK(sent(std::chrono::milliseconds::max()) == 4294967295ms);
}

TEST_CASE("The largest body an administrator may allow fits into every message that carries one", "[gateway_message]") {
  const std::string header_text(8190, 'h'); // httpd's LimitRequestFieldSize
  const TunnelRequest request{TunnelRequestKind::send, std::string(kMaxSessionIdBytes, 'i'), 1,
                              std::string(kMaxBodyLimitBytes, 'b')};
  const GatewayMessage hand_over = HandOver{header_text,
                                            "::1",
                                            header_text,
                                            static_cast<std::uint32_t>(kMaxBodyLimitBytes),
                                            true,
                                            request.session_id,
                                            PendingRequest{request.kind, request.sequence_number, request.body},
                                            0};
  const GatewayMessage forward = Forward{header_text, 1ms, 1ms, request};
  CHECK((decoded(encode(hand_over)) == hand_over));
  CHECK((decoded(encode(forward)) == forward));
}
