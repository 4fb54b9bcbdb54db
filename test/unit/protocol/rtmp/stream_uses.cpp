// SPDX-License-Identifier: Apache-2.0
// What StreamGate knows of streams that were allowed.
#include "rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/stream_gate.hpp>

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;

namespace {

struct Gate {
  std::size_t feed(std::string_view bytes) { return gate.feed(bytes, media); }

  StreamGate gate{StreamGate::Begin::behind_handshake};
  PublishedMedia media;
};

std::string command(const std::string& payload) {
  return chunks({3, 20, payload});
}

// On that message stream instead of 1.
std::string on_stream(std::uint32_t message_stream, std::string message) {
  for (std::size_t i = 0; i < 4; ++i)
    message[8 + i] = static_cast<char>(message_stream >> (8 * i));
  return message;
}

std::string naming(std::string_view name, const std::string& argument) {
  return amf_string(name) + amf_number(3) + amf_null() + argument;
}

const std::string kConnect = command(connect_to("live"));
const std::string kPublish = command(start_payload("publish", "cam?key=secret"));
const std::string kPlay = command(start_payload("play", "cam"));
const std::string kPicture = chunks({6, 9, std::string(300, 'v')});

} // namespace

TEST_CASE("What is published and played is known until it ends, however its messages are cut", "[stream gate]") {
  const std::string kDelete = command(naming("deleteStream", amf_number(1)));
  const std::string kClose = command(amf_string("closeStream") + amf_number(0) + amf_null());
  const std::string kStop = command(naming("publish", std::string("\x01\x00", 2)));
  struct Row {
    std::string bytes; // behind connect
    std::vector<StreamUse> uses;
  };
  for (const Row& row : {
           Row{kPlay, {{1, false, 1}}},
           {kPublish, {{1, true, 1}}},
           {kPlay + kPlay, {{1, false, 2}}},
           {kPlay + on_stream(2, kPlay), {{1, false, 1}, {2, false, 2}}},
           {kPlay + kDelete, {}},
           {kPublish + kClose, {}},
           {kPublish + kStop, {}},
           {kPublish + kPicture + kPlay, {{1, true, 1}, {1, false, 2}}},
           {kPublish + kPublish, {{1, true, 2}}},
           {kPlay + on_stream(2, kClose), {{1, false, 1}}},
       }) {
    const std::string bytes = kConnect + row.bytes;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      Gate one;
      std::size_t taken = 0;
      for (const std::size_t end : {cut, bytes.size()})
        while (taken < end) {
          const std::size_t fed = one.feed(std::string_view(bytes).substr(taken, end - taken));
          taken += fed;
          if (one.gate.is_asking())
            one.gate.allow();
          else
            REQUIRE(fed > 0);
        }
      CHECK(one.gate.fault() == GateFault::none);
      CHECK(one.gate.uses() == row.uses);
    }
  }
}

TEST_CASE("A session plays sixteen streams at a time, and no more", "[stream gate]") {
  Gate one;
  one.feed(kConnect);
  for (std::uint32_t i = 1; i <= kMaxGatedStreams; ++i) {
    one.feed(on_stream(i, kPlay));
    REQUIRE(one.gate.allow() == i);
  }
  CHECK(one.gate.uses().size() == kMaxGatedStreams);
  one.feed(on_stream(3, kPlay)); // in the place of another
  CHECK(one.gate.allow() == kMaxGatedStreams + 1);
  one.feed(on_stream(17, kPlay));
  CHECK(one.gate.fault() == GateFault::too_many_streams);
}

TEST_CASE("A message stream ends where the client says so by number, and nowhere else", "[stream gate]") {
  const std::string kDelete = command(naming("deleteStream", amf_number(7)));
  const std::string kClose = command(amf_string("closeStream") + amf_number(0) + amf_null());
  const std::string no_end = kConnect + kPublish + kPublish + kPlay + kPlay +
                             command(naming("publish", std::string("\x01\x00", 2))) +
                             command(naming("deleteStream", amf_string("cam")));
  const std::string bytes = no_end + kDelete + on_stream(2, kClose);
  const std::uint64_t end = no_end.size() + kDelete.size();
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Gate one;
    std::vector<StreamEnding> endings;
    std::size_t taken = 0;
    for (const std::size_t until : {cut, bytes.size()})
      while (taken < until) {
        const std::size_t fed = one.feed(std::string_view(bytes).substr(taken, until - taken));
        taken += fed;
        for (const StreamEnding& ending : one.gate.take_endings())
          endings.push_back(ending);
        if (one.gate.is_asking())
          one.gate.allow();
        else
          REQUIRE(fed > 0);
      }
    CHECK(one.gate.fault() == GateFault::none);
    CHECK(endings == std::vector<StreamEnding>{{7, end}, {2, bytes.size()}});
  }
}
