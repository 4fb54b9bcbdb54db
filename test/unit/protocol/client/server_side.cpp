// SPDX-License-Identifier: Apache-2.0
#include "../rtmp/rtmp_samples.hpp"
#include "../server/server_talk.hpp"

#include <rtmpt_proxy/protocol/client/server_side.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;

namespace {

std::string result(double transaction_id, double stream) {
  return chunks({.payload = amf_string("_result") + amf_number(transaction_id) + amf_null() + amf_number(stream)});
}

} // namespace

TEST_CASE("Another server can go on between whole messages, and nowhere else") {
  const std::string first = result(2, 1);
  const std::string second = sent(MediaKind::audio, 0x1000001, sound(std::string(300, 's')));
  const std::string bytes = handshake() + first + second;
  const std::set<std::size_t> places{kHandshakeBytes, kHandshakeBytes + first.size(), bytes.size()};
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    if (cut > 2 && cut < 3000) cut = 3000; // within the handshake
    ServerSide server;
    REQUIRE(server.feed(std::string_view(bytes).substr(0, cut)) == cut);
    if (server.is_between_messages() != places.contains(cut)) FAIL("after " << cut << " bytes");
    // The next place from here on.
    const std::size_t next = *places.lower_bound(cut);
    if (server.feed(std::string_view(bytes).substr(cut), true) != next - cut) FAIL("stops behind " << cut);
    if (!server.is_between_messages()) FAIL("has not stopped between messages behind " << cut);
  }
}

TEST_CASE("It is not between messages while two are under way") {
  ServerSide server;
  const std::string half = full_header(4, 0, 300, 8) + std::string(128, 's');
  server.feed(handshake() + half + result(2, 1));
  CHECK(server.has_given_stream());
  CHECK(!server.is_between_messages());
  server.feed(basic_header(3, 4) + std::string(128, 's') + basic_header(3, 4) + std::string(44, 's'));
  CHECK(server.is_between_messages());
}

TEST_CASE("What a server answers to createStream is known") {
  struct Row {
    std::string said;
    bool has_given;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {result(2, 1), true},
      {result(2, 5), false},
      {chunks({.payload = amf_string("_error") + amf_number(2) + amf_null() + amf_number(1)}), false},
      {chunks({.payload = amf_string("_result") + amf_number(1) + amf_null()}), false},
      {chunks({.payload = "\xff"}), false},
      {sent(MediaKind::video, 0, key_frame()), false},
  }));
  ServerSide server;
  server.feed(handshake() + row.said);
  CHECK(server.has_given_stream() == row.has_given);
  CHECK(!server.has_failed());
}

TEST_CASE("A server that cannot be followed is followed no more") {
  ServerSide server;
  const std::string bytes = handshake() + set_chunk_size(0) + result(2, 1);
  CHECK(server.feed(bytes) == bytes.size());
  CHECK(server.has_failed());
  CHECK(!server.is_between_messages());
  CHECK(!server.has_given_stream());
  CHECK(server.feed("more", true) == 4);
}
