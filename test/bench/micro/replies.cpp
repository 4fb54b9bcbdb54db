// SPDX-License-Identifier: Apache-2.0
// How long it takes to write what frames the streams' bytes: reply heads, and the messages between module and gateway.
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/rtmpt/http_reply.hpp>

#include <cstddef>
#include <string>

#include <benchmark/benchmark.h>

namespace {

using namespace rtmpt_proxy;

void reply_head(benchmark::State& state) {
  std::size_t body_bytes = 2500;
  for (auto _ : state) {
    benchmark::DoNotOptimize(body_bytes);
    const protocol::ReplyHead head(200, false, body_bytes, std::uint8_t{1});
    benchmark::DoNotOptimize(head.text().data());
  }
}
BENCHMARK(reply_head);

// The head of a forwarded send, or with `body_bytes` a piece of its body.
protocol::GatewayMessage forwarded_send(std::size_t body_bytes) {
  if (body_bytes > 0) return protocol::BodyPiece{std::string(body_bytes, 'x'), true, false, 0};
  protocol::Forward forward;
  forward.vhost_key = protocol::VhostKey("live.example.com:443");
  forward.request = {protocol::TunnelRequestKind::send, protocol::SessionId("0123456789abcdefghijklm"), 4711};
  return forward;
}

void encode_forward(benchmark::State& state) {
  const auto message = forwarded_send(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(protocol::encode(message));
}
BENCHMARK(encode_forward)->Arg(0)->Arg(6000);

void decode_forward(benchmark::State& state) {
  const auto frame = protocol::encode(forwarded_send(static_cast<std::size_t>(state.range(0))));
  protocol::FrameReader reader;
  protocol::GatewayMessage message;
  for (auto _ : state) {
    reader.feed(frame);
    if (reader.next(message) != protocol::FrameError::none) state.SkipWithError("the frame was not read");
  }
}
BENCHMARK(decode_forward)->Arg(0)->Arg(6000);

} // namespace
