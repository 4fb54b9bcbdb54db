// SPDX-License-Identifier: Apache-2.0
#include "rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/connect_guard.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;

namespace {

// A guard whose media nobody asks for.
struct Guard {
  bool feed(std::string_view bytes) { return guard.feed(bytes, media); }
  ConnectFault fault() const { return guard.fault(); }

  ConnectGuard guard;
  PublishedMedia media;
};

std::string command(const std::string& payload) {
  return chunks({3, 20, payload});
}

// As AMF3's type, with a byte in front.
std::string amf3_command(const std::string& payload) {
  return chunks({3, 17, '\0' + payload});
}

const std::string kStart = command(connect_to("live")) + command(start_payload("publish", "cam"));

} // namespace

TEST_CASE("A client that says connect once may say everything else", "[connect guard]") {
  Guard guard;
  CHECK(guard.feed(kStart));
  const std::string picture = chunks({6, 9, std::string(100'000, 'v'), 4096});
  CHECK(guard.feed(set_chunk_size(4096)));
  for (int i = 0; i < 100; ++i)
    CHECK(guard.feed(picture));
  CHECK(guard.feed(command(start_payload("publish", "connect"))));
  CHECK(guard.fault() == ConnectFault::none);
}

TEST_CASE("A second connect is noticed wherever it is cut, before its last byte is passed", "[connect guard]") {
  for (const std::string& second :
       {command(connect_to("other")), amf3_command(connect_to("other")),
        command(amf_string("connect") + amf_number(1) + amf_null()), command(amf_string("Connect") + amf_number(1)),
        command(amf_string("connect\0x"s) + amf_number(1)), chunks({5, kAmf0DataMessage, connect_to("other")})}) {
    const std::string bytes = kStart + chunks({6, 9, std::string(300, 'v')}) + second;
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      Guard guard;
      CHECK(guard.feed(std::string_view(bytes).substr(0, cut)));
      CHECK_FALSE(guard.feed(std::string_view(bytes).substr(cut)));
      CHECK(guard.fault() == ConnectFault::second_connect);
      CHECK_FALSE(guard.feed(kStart));
    }
  }
}

TEST_CASE("Bytes that are no chunk stream, and commands that cannot be read, do not pass", "[connect guard]") {
  Guard games;
  CHECK(games.feed(kStart));
  CHECK_FALSE(games.feed(set_chunk_size(0)));
  CHECK(games.fault() == ConnectFault::bad_chunks);
  for (const std::string& unclear :
       {set_chunk_size(1 << 24), set_chunk_size(64), set_chunk_size(65536) + set_chunk_size(128),
        full_header(6, 0, 300, 9) + std::string(128, 'v') + full_header(6, 0, 300, 9)}) {
    Guard guard;
    CHECK(guard.feed(kStart));
    CHECK_FALSE(guard.feed(unclear));
    CHECK(guard.fault() == ConnectFault::bad_chunks);
  }
  Guard large;
  CHECK(large.feed(kStart));
  CHECK_FALSE(large.feed(command(std::string(70'000, 'x'))));
  Guard unreadable;
  CHECK(unreadable.feed(kStart));
  CHECK_FALSE(unreadable.feed(command("\2\0\xFFshort"s)));
  CHECK(unreadable.fault() == ConnectFault::bad_command);
}

TEST_CASE("Messages that could hide a command from us do not pass", "[connect guard]") {
  for (const std::string& bytes : {abort_message(3), chunks({5, kAggregateMessage, std::string(30, 'a')})}) {
    Guard guard;
    CHECK(guard.feed(kStart));
    CHECK_FALSE(guard.feed(bytes));
    CHECK(guard.fault() == ConnectFault::hiding);
  }
}
