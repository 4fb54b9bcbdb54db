// SPDX-License-Identifier: Apache-2.0
#include "sample_messages.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace rtmpt_proxy::protocol;
using namespace std::string_literals;
using rtmpt_proxy::test::frame_of;
using rtmpt_proxy::test::Sample;
using rtmpt_proxy::test::sample_messages;

namespace {

struct Outcome {
  std::vector<GatewayMessage> messages;
  FrameError error = FrameError::need_more;
};

// Reads on after each piece, as a connection does.
Outcome read_pieces(const std::vector<std::string_view>& pieces) {
  FrameReader reader;
  Outcome outcome;
  for (const std::string_view piece : pieces) {
    reader.feed(piece);
    GatewayMessage message;
    while ((outcome.error = reader.next(message)) == FrameError::none)
      outcome.messages.push_back(message);
  }
  return outcome;
}

Outcome read_cut_at(std::string_view bytes, std::size_t offset) {
  return read_pieces({bytes.substr(0, offset), bytes.substr(offset)});
}

Outcome read_byte_by_byte(std::string_view bytes) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    pieces.push_back(bytes.substr(i, 1));
  return read_pieces(pieces);
}

void check_every_cut(std::string_view bytes, const std::vector<GatewayMessage>& messages, FrameError error) {
  const auto check = [&](const Outcome& outcome) {
    CHECK(to_string(outcome.error) == to_string(error));
    CHECK(outcome.messages == messages);
  };
  check(read_pieces({bytes}));
  check(read_byte_by_byte(bytes));
  for (std::size_t offset = 0; offset <= bytes.size(); ++offset) {
    CAPTURE(offset);
    check(read_cut_at(bytes, offset));
  }
}

std::string_view payload_of(const Sample& sample) {
  return std::string_view(sample.frame).substr(kFrameHeaderBytes);
}

unsigned char type_of(const Sample& sample) {
  return static_cast<unsigned char>(sample.frame[4]);
}

} // namespace

TEST_CASE("Each message is read the same wherever its bytes are cut", "[frame_reader]") {
  for (const Sample& sample : sample_messages()) {
    INFO(sample.name);
    check_every_cut(sample.frame, {sample.message}, FrameError::need_more);
  }
}

TEST_CASE("A run of messages is read in order wherever it is cut", "[frame_reader]") {
  std::string bytes;
  std::vector<GatewayMessage> messages;
  for (const Sample& sample : sample_messages()) {
    bytes += sample.frame;
    messages.push_back(sample.message);
  }
  check_every_cut(bytes, messages, FrameError::need_more);
}

TEST_CASE("A message that lacks its last byte is waited for", "[frame_reader]") {
  for (const Sample& sample : sample_messages()) {
    INFO(sample.name);
    check_every_cut(std::string_view(sample.frame).substr(0, sample.frame.size() - 1), {}, FrameError::need_more);
  }
}

TEST_CASE("A payload that ends early or goes on too long is malformed", "[frame_reader]") {
  for (const Sample& sample : sample_messages()) {
    const std::string_view payload = payload_of(sample);
    for (std::size_t size = 0; size < payload.size(); ++size) {
      INFO(sample.name << " with " << size << " of " << payload.size() << " bytes");
      CHECK(read_pieces({frame_of(type_of(sample), payload.substr(0, size))}).error == FrameError::malformed);
    }
    INFO(sample.name << " with a byte too many");
    check_every_cut(frame_of(type_of(sample), std::string(payload) + '\0'), {}, FrameError::malformed);
  }
}

TEST_CASE("Bad bytes get their own error wherever they are cut", "[frame_reader]") {
  struct Bad {
    std::string what;
    std::string bytes;
    FrameError error;
  };
  const std::string request = "\3\0\1i\0\0\0\0\0"s; // an idle without number and body
  const Bad table[] = {
      {"one byte over the limit", "\1\1\0\1\x0B\0\0\0"s, FrameError::too_large},
      {"largest length", "\xFF\xFF\xFF\xFF\x0B\0\0\0"s, FrameError::too_large},
      {"too large and reserved bits: the length is checked first", "\xFF\xFF\xFF\xFF\0\1\1\1"s, FrameError::too_large},
      {"first reserved byte", "\0\0\0\0\3\1\0\0"s, FrameError::reserved_bits},
      {"second reserved byte", "\0\0\0\0\3\0\x80\0"s, FrameError::reserved_bits},
      {"third reserved byte", "\0\0\0\0\3\0\0\1"s, FrameError::reserved_bits},
      {"reserved bits of an unknown type", "\0\0\0\0\0\1\0\0"s, FrameError::reserved_bits},
      {"a choice among none", frame_of(12, "\0\0"s), FrameError::malformed},
      {"a choice among too many", frame_of(12, "\4\1"s + std::string(1025 * 10, '\1')), FrameError::malformed},
      {"a candidate without weight", frame_of(12, "\0\1\1\0\1a\7\x8F\0\0\0\0"s), FrameError::malformed},
      {"a backend of unknown kind", frame_of(12, "\0\1\5\0\1a\7\x8F\0\0\0\1"s), FrameError::malformed},
      {"type 0", "\0\0\0\0\0\0\0\0"s, FrameError::unknown_type},
      {"the type after the last", "\0\0\0\0\x1E\0\0\0"s, FrameError::unknown_type},
      {"a refused body that is not cut", frame_of(20, "\0\0\0\0\1\0\1\x9D"s), FrameError::malformed},
      {"a body that is cut before its last piece", frame_of(20, "\0\0\0\0\0\1\0\0"s), FrameError::malformed},
      {"a body refused with a status that refuses nothing", frame_of(20, "\0\0\0\0\1\1\0\xC8"s), FrameError::malformed},
      {"a ban of over a week", frame_of(16, "\0\0\x24\x0C\x84\1"s), FrameError::malformed},
      {"a request refused with 200", frame_of(22, "\0\0\2\0\0\0\0\xC8"s), FrameError::malformed},
      {"type 255 before its payload has come", "\0\0\0\x09\xFF\0\0\0"s, FrameError::unknown_type},
      {"HTTP instead of a frame", "GET / HTTP/1.1\r\n"s, FrameError::too_large},
      {"a gateway without a loop", frame_of(1, "\0\0\0\3\0\0\0\0\0\1\0\0\0\0"s), FrameError::malformed},
      {"a gateway with 65 loops", frame_of(1, "\0\0\0\3\0\0\0\0\0\1\0\0\0\x41"s), FrameError::malformed},
      {"refusal 0", frame_of(6, "\0\0\0"s), FrameError::malformed},
      {"refusal 12", frame_of(6, "\14\0\0"s), FrameError::malformed},
      {"request kind 5", frame_of(10, "\0\0\0\0\0\0\0\0\0\0\5\0\1i\0\0\0\0\0\1\0\0"s), FrameError::malformed},
      {"boolean 2", frame_of(7, "\0\0\0\0\0\0\0\0\0\0\2"s + request), FrameError::malformed},
      {"sequence number present 2", frame_of(10, "\0\0\0\0\0\0\0\0\0\0\3\0\1i\2\0\0\0\0\1\0\0"s),
       FrameError::malformed},
      {"polling byte present 2", frame_of(11, "\0\xC8\0\2\0\0\0\0\0"s), FrameError::malformed},
      {"closing reply 255", frame_of(11, "\0\xC8\xFF\0\0\0\0\0\0"s), FrameError::malformed},
      {"status 199", frame_of(11, "\0\xC7\0\0\0\0\0\0\0"s), FrameError::malformed},
      {"status 600", frame_of(11, "\2\x58\0\0\0\0\0\0\0"s), FrameError::malformed},
      {"text longer than the payload", frame_of(5, "\0\4abc"s), FrameError::malformed},
      {"a session log of unknown kind", frame_of(2, "\7\0\0\0\0\0\100\0\0\0\0\0\0\1\0\1\0\1l\4\0\0\0\0\0"s),
       FrameError::malformed},
      {"a session log of facility 24", frame_of(2, "\7\0\0\0\0\0\100\0\0\0\0\0\0\1\0\1\0\1l\3\0\0\0\0\x18"s),
       FrameError::malformed},
      {"65 session logs and none of them", frame_of(2, "\7\0\0\0\0\0\100\0\0\0\0\0\0\1\0\x41"s), FrameError::malformed},
      {"no ask at a time", frame_of(2, "\7\0\0\0\0\0\100\0\0\0\0\0\0\0\0\0\0\0"s), FrameError::malformed},
      {"a status of unknown form", frame_of(14, "\4\0\0\0\0\0"s), FrameError::malformed},
      {"a member of unknown condition", frame_of(14, "\1\0\0\0\0\1\0\0\0\0\1\0\1m\0\1\0\0\11\0\0\0\1"s),
       FrameError::malformed},
      {"residue of 4 GiB in a small frame", frame_of(9, "\xFF\xFF\xFF\xFFPOST"s), FrameError::malformed},
  };
  const Sample& good = sample_messages().front();
  for (const Bad& row : table) {
    INFO(row.what);
    check_every_cut(row.bytes, {}, row.error);
    check_every_cut(good.frame + row.bytes, {good.message}, row.error);
  }
}

TEST_CASE("After an error every later call says the same", "[frame_reader]") {
  FrameReader reader;
  reader.feed("\0\0\0\0\0\0\0\0"s);
  GatewayMessage message = Take{};
  CHECK(reader.next(message) == FrameError::unknown_type);
  for (const Sample& sample : sample_messages()) {
    reader.feed(sample.frame);
    CHECK(reader.next(message) == FrameError::unknown_type);
  }
  CHECK(message == GatewayMessage{Take{}}); // untouched
}
