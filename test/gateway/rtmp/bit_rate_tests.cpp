// SPDX-License-Identifier: Apache-2.0
// Clients that send faster than RTMPTMaxBitRate allows.
#include "limited_streams.hpp"
#include "test/support/deadline.hpp"

#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <chrono>
#include <future>
#include <string>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::RefusalWords;

namespace {

constexpr std::uint32_t kBitsPerSecond = 2'000'000;
constexpr std::size_t kWindowBytes = kBitsPerSecond / 8 * 10; // what may come within ten seconds

} // namespace

TEST_CASE("A client over its bit rate is ended, with words where its messages are followed", "[bit rate]") {
  RtmpRig rig;
  for (const bool is_followed : {true, false}) {
    CAPTURE(is_followed);
    protocol::Admission admission = limited_admission(rig);
    admission.terms.max_bits_per_second = kBitsPerSecond;
    admission.terms.one_publisher = is_followed;
    CarriedStream stream = carry_with(rig, admission);
    CHECK(comes_through(stream, publish("cam1")));
    auto received = std::async(std::launch::async, [&stream] { return stream.server.receive_all().size(); });
    auto told = std::async(std::launch::async, [&stream] { return stream.client.receive_all(); });
    const std::string picture = picture_of(100'000);
    try {
      for (std::size_t sent = 0; sent < 4 * kWindowBytes; sent += picture.size())
        stream.client.send(picture);
    } catch (const std::runtime_error&) { // the gateway has closed it
    }
    CHECK(told.get() == (is_followed ? protocol::publish_refusal(1, RefusalWords::too_fast) : ""));
    const std::size_t bytes = received.get();
    CHECK(bytes > kWindowBytes / 2);
    CHECK(bytes < kWindowBytes + (1u << 20)); // and what one read brings
  }
  CHECK(rig.gateway.logs("RTMPT523: session ", 2));
  CHECK(rig.gateway.logs("kbit/s, the limit is 2000"));
}

TEST_CASE("A command that is longer than what may pass at once comes through all the same", "[bit rate]") {
  RtmpRig rig;
  protocol::Admission admission = limited_admission(rig);
  admission.terms.max_bits_per_second = 40'000; // 100 bytes in 20 ms, and at first 16384
  admission.terms.throttles_bit_rate = true;
  admission.terms.max_viewers = 10;
  CarriedStream stream = carry_with(rig, admission);
  CHECK(comes_through(stream, publish("cam1") + picture_of(30'000) + play("cam2?key=" + std::string(480, 'x'))));
}

TEST_CASE("A client that is throttled is slowed down, and loses nothing", "[bit rate]") {
  RtmpRig rig;
  protocol::Admission admission = limited_admission(rig);
  admission.terms.max_bits_per_second = kBitsPerSecond;
  admission.terms.throttles_bit_rate = true;
  CarriedStream stream = carry_with(rig, admission);
  CHECK(comes_through(stream, publish("cam1")));
  // Three seconds' worth beyond the two that pass at once.
  const std::string bytes = picture_of(kBitsPerSecond / 8 * 5);
  const auto begin = std::chrono::steady_clock::now();
  auto sending = std::async(std::launch::async, [&] { stream.client.send(bytes); });
  CHECK(stream.server.receive(bytes.size()) == bytes);
  const auto time = std::chrono::steady_clock::now() - begin;
  sending.get();
  CHECK(time > 2500ms); // no bound above: the machine may be busy
  stream.client.send(picture_of(50'000));
  stream.client.end_writing();
  CHECK(stream.server.receive_all() == picture_of(50'000));
}
