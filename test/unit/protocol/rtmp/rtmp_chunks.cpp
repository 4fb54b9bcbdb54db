// SPDX-License-Identifier: Apache-2.0
#include "rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <utility>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;
using Error = ChunkError;

namespace {

struct Followed {
  std::vector<std::string> commands; // "17:" or "20:" and the payload
  std::size_t messages = 0;
  Error error = Error::none;
  std::size_t bytes = 0; // consumed
  std::size_t most_held_bytes = 0;
  std::size_t held_bytes = 0;
};

void follow(RtmpChunkReader& reader, std::string_view bytes, Followed& followed) {
  for (;;) {
    const auto [progress, consumed_bytes] = reader.feed(bytes);
    bytes.remove_prefix(consumed_bytes);
    followed.bytes += consumed_bytes;
    followed.error = reader.error();
    followed.held_bytes = reader.held_bytes();
    followed.most_held_bytes = std::max(followed.most_held_bytes, followed.held_bytes);
    if ((progress == ChunkProgress::failed) != (reader.error() != Error::none)) FAIL("an error without failing");
    if (progress == ChunkProgress::need_more && !bytes.empty()) FAIL("who wants more has taken all");
    if (progress != ChunkProgress::message) return;
    ++followed.messages;
    if (!reader.command().empty())
      followed.commands.push_back((reader.is_amf3_command() ? "17:" : "20:") + std::string(reader.command()));
  }
}

Followed follow(std::string_view bytes, std::size_t cut = 0) {
  RtmpChunkReader reader;
  Followed followed;
  follow(reader, bytes.substr(0, cut), followed);
  if (followed.error == Error::none) follow(reader, bytes.substr(cut), followed);
  return followed;
}

Followed follow_by_bytes(std::string_view bytes) {
  RtmpChunkReader reader;
  Followed followed;
  for (std::size_t at = 0; at < bytes.size() && followed.error == Error::none; ++at)
    follow(reader, bytes.substr(at, 1), followed);
  return followed;
}

std::string text(std::size_t bytes, int seed = 0) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    text[i] = static_cast<char>('a' + (i * 7 + static_cast<std::size_t>(seed)) % 26);
  return text;
}

struct GoodRow {
  std::string bytes;
  std::vector<std::string> commands;
  std::size_t messages;
  std::string reason;
};

constexpr std::uint32_t kLate = 0x01020304; // a time that needs the extended timestamp

// Two messages in chunks that alternate, with a chunk size that changes between them.
std::string interleaved() {
  const std::string one = text(300, 1);
  const std::string two = text(200, 2);
  return full_header(3, 0, 300, 20) + one.substr(0, 128) + full_header(4, 0, 200, 17) + two.substr(0, 128) +
         basic_header(3, 3) + one.substr(128, 128) + set_chunk_size(50) + basic_header(3, 4) + two.substr(128, 50) +
         basic_header(3, 3) + one.substr(256) + basic_header(3, 4) + two.substr(178);
}

// Three messages, the latter two with shorter headers.
std::string shorter_headers() {
  return chunks({.payload = text(10, 1)}) + basic_header(1, 3) + be(20, 3) + be(12, 3) + be(17, 1) + text(12, 2) +
         basic_header(2, 3) + be(40, 3) + text(12, 3) + basic_header(3, 3) + text(12, 4);
}

// A late message whose last chunk is a single byte, so that what could be its timestamp reaches into the next header.
std::string short_last_chunk(std::uint32_t timestamp, char last) {
  return chunks({.payload = text(128) + last, .timestamp = timestamp, .repeats_extended = false}) +
         chunks({.payload = "next"});
}

std::vector<GoodRow> good_rows() {
  std::vector<GoodRow> rows{
      {"", {}, 0, "nothing"},
      {chunks({.payload = "command"}), {"20:command"}, 1, "one chunk"},
      {chunks({.type = 17, .payload = "command"}), {"17:command"}, 1, "an AMF3 command"},
      {chunks({.payload = ""}), {}, 1, "an empty command"},
      {chunks({.type = 9, .payload = text(1000)}) + chunks({.payload = "c"}), {"20:c"}, 2, "a picture in front"},
      {chunks({.type = 18, .payload = text(300)}), {}, 1, "data"},
      {interleaved(), {"20:" + text(300, 1), "17:" + text(200, 2)}, 3, "interleaved"},
      {shorter_headers(),
       {"20:" + text(10, 1), "17:" + text(12, 2), "17:" + text(12, 3), "17:" + text(12, 4)},
       4,
       "fmt 0, 1, 2 and 3"},
      {basic_header(1, 3) + be(0, 3) + be(3, 3) + be(20, 1) + "one", {"20:one"}, 1, "a stream that begins with fmt 1"},
      {full_header(3, 0, 200, 20) + text(128) + full_header(3, 0, 200, 20) + text(200).substr(128),
       {"20:" + text(200)},
       1,
       "fmt 0 again within a message, the same"},
      {full_header(3, 0, 200, 20) + text(128) + abort_message(3) + chunks({.payload = "after"}),
       {"20:after"},
       2,
       "a message given up"},
      {abort_message(77) + chunks({.payload = "after"}), {"20:after"}, 2, "giving up what is not there"},
      {abort_message(2) + chunks({.payload = "after"}), {"20:after"}, 2, "giving up itself"},
      {full_header(9, 0, 200, 9) + text(128) + abort_message(9) + full_header(9, 0, 4, 20) + "four",
       {"20:four"},
       2,
       "another type and length after giving up"},
      {full_header(2, 0, 6, 1) + be(1, 4) + "xx" + chunks({.payload = "abc", .chunk_size = 1}),
       {"20:abc"},
       2,
       "Set Chunk Size with bytes to spare"},
      {set_chunk_size(1) + basic_header(0, 2) + be(0, 3) + be(4, 3) + be(1, 1) + be(0, 4) + "\0"s + "\xc2\0\xc2\0"s +
           "\xc2\x04" + chunks({.payload = "abcdef", .chunk_size = 4}),
       {"20:abcdef"},
       3,
       "Set Chunk Size in chunks of its own"},
      {set_chunk_size(0x7fffffff) + chunks({.payload = text(60000), .chunk_size = 1u << 24}),
       {"20:" + text(60000)},
       2,
       "a chunk size of 2 GiB"},
      {short_last_chunk(kLate, 'z'), {"20:" + text(128) + "z", "20:next"}, 2, "a late message, not repeated"},
      {short_last_chunk(kLate, '\x01'), {"20:" + text(128) + "\x01", "20:next"}, 2, "whose last byte is like the time"},
      {short_last_chunk(0x01030001, '\x01'), {"20:" + text(128) + "\x01", "20:next"}, 2, "and the next header's, too"},
      {chunks({.payload = text(10), .timestamp = kLate}) + basic_header(3, 3) + be(0x02000000, 4) + text(10, 1),
       {"20:" + text(10), "20:" + text(10, 1)},
       2,
       "a late message that begins with fmt 3, and has another delta"},
      {chunks({.payload = text(10), .timestamp = kLate}) + basic_header(2, 3) + be(5, 3) + text(10, 1) +
           basic_header(3, 3) + text(10, 2),
       {"20:" + text(10), "20:" + text(10, 1), "20:" + text(10, 2)},
       3,
       "a late message, and then deltas that need no extension"},
  };
  for (const std::uint32_t stream : {2u, 3u, 63u, 64u, 319u, 320u, 65599u})
    rows.push_back({chunks({.stream = stream, .payload = text(300)}),
                    {"20:" + text(300)},
                    1,
                    "chunk stream " + std::to_string(stream)});
  for (const std::uint32_t size : {1u, 2u, 127u, 129u, 299u, 300u, 301u, 4096u})
    rows.push_back({set_chunk_size(size) + chunks({.payload = text(300), .chunk_size = size}),
                    {"20:" + text(300)},
                    2,
                    "chunks of " + std::to_string(size)});
  for (const bool repeats : {true, false})
    for (const std::uint32_t time : {0xffffffu, kLate, 0xffffffffu})
      rows.push_back(
          {chunks({.payload = text(300), .timestamp = time, .repeats_extended = repeats}) + chunks({.payload = "next"}),
           {"20:" + text(300), "20:next"},
           2,
           "late at " + std::to_string(time) + (repeats ? ", repeated" : ", not repeated")});
  return rows;
}

struct BadRow {
  std::string bytes; // up to the byte that shows the error
  Error error;
  std::string reason;
};

std::vector<BadRow> bad_rows() {
  std::string streams;
  for (std::uint32_t id = 3; id < 3 + kMaxChunkStreams; ++id)
    streams += chunks({.stream = id, .type = 8, .payload = "a"});
  const std::string part = full_header(3, 0, 200, 20) + text(128);
  std::string commands; // 17 x 4000 bytes that never end
  for (std::uint32_t id = 4; id < 20; ++id)
    commands += full_header(id, 0, 60000, 20) + text(4000);
  return {
      {basic_header(2, 3), Error::missing_header, "fmt 2 first"},
      {basic_header(3, 3), Error::missing_header, "fmt 3 first"},
      {chunks({.payload = "a"}) + basic_header(3, 64), Error::missing_header, "fmt 3 first on another stream"},
      {streams + basic_header(0, 100), Error::too_many_chunk_streams, "65 chunk streams"},
      {part + full_header(3, 0, 201, 20), Error::message_changed, "longer in mid-message (CVE-2016-10191)"},
      {part + full_header(3, 0, 100, 20), Error::message_changed, "shorter than what has come"},
      {part + full_header(3, 0, 0, 20), Error::message_changed, "empty in mid-message"},
      {part + full_header(3, 0, 200, 9), Error::message_changed, "another type in mid-message"},
      {part + basic_header(1, 3) + be(0, 3) + be(0xffffff, 3) + be(20, 1), Error::message_changed, "16 MiB by fmt 1"},
      {set_chunk_size(0), Error::bad_chunk_size, "chunks of 0 bytes"},
      {set_chunk_size(0x80000000), Error::bad_chunk_size, "the high bit"},
      {set_chunk_size(0xffffffff), Error::bad_chunk_size, "32 bits"},
      {full_header(2, 0, 3, 1), Error::short_control_message, "Set Chunk Size of 3 bytes"},
      {full_header(2, 0, 0, 1), Error::short_control_message, "Set Chunk Size of none"},
      {full_header(2, 0, 3, 2), Error::short_control_message, "Abort of 3 bytes"},
      {full_header(3, 0, kMaxCommandBytes + 1, 20), Error::command_too_large, "a command of 64 KiB and a byte"},
      {full_header(3, 0, 0xffffff, 17), Error::command_too_large, "an AMF3 command of 16 MiB"},
      {set_chunk_size(4000) + commands + full_header(3, 0, 60000, 20) + text(1537), Error::command_too_large,
       "64 KiB of many commands"},
  };
}

} // namespace

TEST_CASE("Commands come whole out of chunks, wherever these are cut", "[rtmp_chunks]") {
  for (const GoodRow& row : good_rows()) {
    INFO(row.reason);
    const Followed whole = follow(row.bytes);
    CHECK(to_string(whole.error) == to_string(Error::none));
    CHECK(whole.commands == row.commands);
    CHECK(whole.messages == row.messages);
    const std::size_t step = row.bytes.size() / 3000 + 1;
    for (std::size_t cut = 1; cut < row.bytes.size(); cut += step) {
      const Followed parts = follow(row.bytes, cut);
      if (parts.commands != row.commands || parts.messages != row.messages) FAIL("cut at " << cut);
    }
    CHECK(follow_by_bytes(row.bytes).commands == row.commands);
  }
}

TEST_CASE("Bad chunks have their error at the byte that shows it, wherever they are cut", "[rtmp_chunks]") {
  for (const BadRow& row : bad_rows()) {
    INFO(row.reason);
    const Followed whole = follow(row.bytes);
    CHECK(to_string(whole.error) == to_string(row.error));
    CHECK(whole.bytes == row.bytes.size());
    const std::size_t step = row.bytes.size() / 1000 + 1;
    for (std::size_t cut = 0; cut < row.bytes.size(); cut += step) {
      if (follow(row.bytes.substr(0, cut)).error != Error::none) FAIL("an error already at " << cut);
      if (follow(row.bytes, cut).error != row.error) FAIL("cut at " << cut);
    }
    CHECK(follow_by_bytes(row.bytes).error == row.error);
  }
}

TEST_CASE("What media servers read differently is an error in what clients send", "[rtmp_chunks]") {
  const std::string part = full_header(3, 0, 200, 20) + text(128);
  const std::string rest = text(200).substr(128);
  const std::string late = full_header(3, kLate, 200, 20) + text(128);
  const auto size_in = [](const std::string& payload) { return chunks({.stream = 2, .type = 1, .payload = payload}); };
  struct Row {
    std::string bytes;
    Error of_client;
    Error of_strict;
    std::string reason;
  };
  for (const Row& row : {
           Row{set_chunk_size(1 << 24), Error::unclear_chunk_size, Error::unclear_chunk_size, "nginx-rtmp ignores it"},
           {set_chunk_size(10485761), Error::unclear_chunk_size, Error::unclear_chunk_size, "a byte too many"},
           {set_chunk_size(2), Error::unclear_chunk_size, Error::unclear_chunk_size, "it would cut the next one"},
           {set_chunk_size(127), Error::unclear_chunk_size, Error::unclear_chunk_size, "smaller than the first one"},
           {set_chunk_size(65536) + set_chunk_size(65535), Error::unclear_chunk_size, Error::unclear_chunk_size,
            "smaller than before"},
           {size_in(be(4096, 4) + "x"), Error::unclear_chunk_size, Error::unclear_chunk_size, "5 bytes"},
           {set_chunk_size(128) + set_chunk_size(4096) + set_chunk_size(4096) + set_chunk_size(60000) +
                set_chunk_size(10485760),
            Error::none, Error::none, "what clients announce"},
           {part + set_chunk_size(4096), Error::none, Error::unclear_chunk_size, "within another message"},
           {part + full_header(3, 0, 200, 20) + rest, Error::header_in_message, Error::header_in_message, "fmt 0"},
           {part + basic_header(1, 3) + be(0, 3) + be(200, 3) + be(20, 1) + rest, Error::header_in_message,
            Error::header_in_message, "fmt 1"},
           {part + basic_header(2, 3) + be(0, 3) + rest, Error::header_in_message, Error::header_in_message, "fmt 2"},
           {part + basic_header(2, 3) + be(0xffffff, 3) + be(0, 4) + rest, Error::header_in_message,
            Error::header_in_message, "fmt 2 with an extended time"},
           {part + basic_header(3, 3) + rest, Error::none, Error::none, "fmt 3"},
           {shorter_headers(), Error::none, Error::none, "shorter headers of whole messages"},
           {late + basic_header(3, 3) + be(kLate, 4) + rest, Error::none, Error::unclear_timestamp, "a late command"},
           {late + basic_header(3, 3) + rest, Error::none, Error::unclear_timestamp, "its time not repeated"},
           {chunks({.payload = text(10), .timestamp = kLate}), Error::none, Error::none, "a late one in one chunk"},
           {chunks({.payload = text(10), .timestamp = kLate}) + basic_header(3, 3) + be(kLate, 4) + text(10),
            Error::none, Error::unclear_timestamp, "another one behind it, without a header"},
           {chunks({.type = 9, .payload = text(300), .timestamp = kLate}), Error::none, Error::none, "a late picture"},
           {chunks({.type = 9, .payload = text(300), .timestamp = kLate, .repeats_extended = false}), Error::none,
            Error::unclear_timestamp, "a late picture that does not repeat its time"},
       }) {
    INFO(row.reason);
    for (const auto& [rules, error] :
         {std::pair(ChunkRules::client, row.of_client), std::pair(ChunkRules::strict, row.of_strict)})
      for (std::size_t cut = 0; cut <= row.bytes.size(); ++cut) {
        RtmpChunkReader reader(rules);
        Followed followed;
        follow(reader, std::string_view(row.bytes).substr(0, cut), followed);
        if (followed.error == Error::none) follow(reader, std::string_view(row.bytes).substr(cut), followed);
        if (followed.error != error)
          FAIL("cut at " << cut << ", rules " << static_cast<int>(rules) << ": " << to_string(followed.error));
      }
  }
  CHECK(follow(part + full_header(3, 0, 200, 20) + rest).commands.size() == 1); // a lenient reader takes it
}

TEST_CASE("An error of chunks stays", "[rtmp_chunks]") {
  RtmpChunkReader reader;
  CHECK(reader.feed(set_chunk_size(0)).progress == ChunkProgress::failed);
  const ChunkFeedResult after = reader.feed(chunks({.payload = "command"}));
  CHECK(after.progress == ChunkProgress::failed);
  CHECK(after.consumed_bytes == 0);
  CHECK(reader.command().empty());
  CHECK(reader.error() == Error::bad_chunk_size);
}

TEST_CASE("Announced lengths take no memory, and commands give theirs back", "[rtmp_chunks]") {
  constexpr std::size_t kOneStream = 128;
  CHECK(follow(set_chunk_size(1u << 24) + full_header(4, 0, 0xffffff, 9) + text(100000)).most_held_bytes <=
        2 * kOneStream);
  CHECK(follow(set_chunk_size(1u << 24) + full_header(3, 0, 65536, 20) + "x").most_held_bytes <= 2 * kOneStream);
  const std::string large = set_chunk_size(65536) + chunks({.payload = text(65536), .chunk_size = 65536});
  const Followed followed = follow(large + chunks({.payload = "c"}), 1000);
  CHECK(followed.commands.size() == 2);
  CHECK(followed.most_held_bytes >= 65536);
  CHECK(followed.most_held_bytes <= 2 * 65536 + 2 * kOneStream); // a string grows by doubling
  CHECK(followed.held_bytes <= 2 * kOneStream);
  std::string all_streams;
  for (std::uint32_t id = 3; id < 3 + kMaxChunkStreams; ++id)
    all_streams += chunks({.stream = id, .type = 8, .payload = "a"});
  const Followed full = follow(all_streams);
  CHECK(full.messages == kMaxChunkStreams);
  CHECK(full.held_bytes <= 6000);
}

TEST_CASE("Each error of chunks has words of its own", "[rtmp_chunks]") {
  std::set<std::string_view> words;
  for (int error = static_cast<int>(Error::none); error <= static_cast<int>(Error::unclear_timestamp); ++error)
    words.insert(to_string(static_cast<Error>(error)));
  CHECK(words.size() == 10);
  CHECK(words.count("the chunks have an unknown error") == 0);
}
