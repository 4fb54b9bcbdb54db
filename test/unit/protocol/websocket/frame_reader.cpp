// SPDX-License-Identifier: Apache-2.0
#include "../rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/websocket/frame_reader.hpp>
#include <rtmpt_proxy/protocol/websocket/frame_writer.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;
using Events = std::vector<std::string>;

namespace {

// A frame of a client: `first` is its first byte.
std::string frame(int first, std::string_view payload, bool is_masked = true) {
  std::string out = be(static_cast<std::uint64_t>(first), 1);
  const int mask_bit = is_masked ? 0x80 : 0;
  if (payload.size() < 126)
    out += be(payload.size() | static_cast<std::size_t>(mask_bit), 1);
  else if (payload.size() < 65536)
    out += be(126u | static_cast<unsigned>(mask_bit), 1) + be(payload.size(), 2);
  else
    out += be(127u | static_cast<unsigned>(mask_bit), 1) + be(payload.size(), 8);
  if (!is_masked) return out.append(payload);
  const std::string mask = "\x12\x34\x56\x78";
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i)
    out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

struct Read {
  Events events;
  WebSocketError error = WebSocketError::none;
  bool operator==(const Read&) const = default;
};

void read(WebSocketFrameReader& reader, std::string_view bytes, Read& all) {
  while (!bytes.empty() && all.error == WebSocketError::none) {
    const auto [progress, consumed_bytes] = reader.feed(bytes);
    bytes.remove_prefix(consumed_bytes);
    all.error = reader.error();
    if (progress == FrameProgress::ping) all.events.push_back("ping " + std::string(reader.payload()));
    if (progress != FrameProgress::close) continue;
    if (all.events.empty() || all.events.back() != "close") all.events.emplace_back("close");
    return;
  }
}

Read read(std::string_view bytes, std::size_t cut = 0) {
  WebSocketFrameReader reader;
  Read all;
  read(reader, bytes.substr(0, cut), all);
  read(reader, bytes.substr(cut), all);
  return all;
}

} // namespace

TEST_CASE("A viewer's control frames come out, wherever they are cut") {
  const std::string bytes = frame(0x81, "text") + frame(0x89, "") + frame(0x02, std::string(300, 'b')) +
                            frame(0x89, std::string(125, 'p')) + frame(0x80, "end") + frame(0x8a, "pong") +
                            frame(0x82, std::string(65536, 'l')).substr(0, 14) + std::string(65536, 'm') +
                            frame(0x88, "\x03\xe8 bye") + "what comes behind";
  const Read expected{{"ping ", "ping " + std::string(125, 'p'), "close"}, WebSocketError::none};
  CHECK(read(bytes) == expected);
  for (std::size_t cut = 0; cut <= bytes.size(); cut += cut > 700 && cut < 66000 ? 997 : 1)
    if (!(read(bytes, cut) == expected)) FAIL("a cut at " << cut);
}

TEST_CASE("Frames that no client may send are told by name") {
  struct Row {
    std::string bytes;
    WebSocketError error;
  };
  const auto row = GENERATE(values<Row>({
      {frame(0x81, "x", false), WebSocketError::unmasked},
      {frame(0xc1, "x"), WebSocketError::reserved_bits},
      {frame(0x91, "x"), WebSocketError::reserved_bits},
      {frame(0x83, "x"), WebSocketError::unknown_opcode},
      {frame(0x8b, "x"), WebSocketError::unknown_opcode},
      {frame(0x09, "x"), WebSocketError::bad_control},
      {frame(0x89, std::string(126, 'x')), WebSocketError::bad_control},
      {frame(0x80, "x"), WebSocketError::bad_fragments},
      {frame(0x01, "x") + frame(0x81, "y"), WebSocketError::bad_fragments},
      {"\x82\xfe\x00\x7d"s, WebSocketError::bad_length},
      {"\x82\xff\0\0\0\0\0\0\xff\xff"s, WebSocketError::bad_length},
      {"\x82\xff\x80\0\0\0\0\1\0\0"s, WebSocketError::bad_length},
      {"\x82\xff\0\0\0\0\0\1\0\1"s, WebSocketError::too_large},
  }));
  for (std::size_t cut = 0; cut <= row.bytes.size(); ++cut)
    CHECK(read(row.bytes, cut).error == row.error);
  CHECK(to_string(row.error) != "no error");
}

TEST_CASE("A server's frames have the shortest length") {
  CHECK(binary_frame_header(0) == "\x82\0"s);
  CHECK(binary_frame_header(125) == "\x82\x7d");
  CHECK(binary_frame_header(126) == "\x82\x7e\x00\x7e"s);
  CHECK(binary_frame_header(65535) == "\x82\x7e\xff\xff");
  CHECK(binary_frame_header(65536) == "\x82\x7f\0\0\0\0\0\1\0\0"s);
  CHECK(pong_frame("abc") == "\x8a\x03"
                             "abc");
  CHECK(pong_frame(std::string(200, 'x')).size() == 127);
  CHECK(close_frame(WebSocketClose::going_away) == "\x88\x02\x03\xe9");
}
