// SPDX-License-Identifier: Apache-2.0
// RtmpChunkReader for who serves the client: all of every message, and its time.
#include "rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;

namespace {

struct Message {
  std::uint8_t type = 0;
  std::uint32_t time = 0;
  std::string payload;
  bool operator==(const Message&) const = default;
};

struct Read {
  std::vector<Message> messages;
  ChunkError error = ChunkError::none;
};

void read(RtmpChunkReader& reader, std::string_view bytes, Read& all) {
  while (!bytes.empty() && all.error == ChunkError::none) {
    const auto [progress, consumed_bytes] = reader.feed(bytes);
    bytes.remove_prefix(consumed_bytes);
    all.error = reader.error();
    if (progress == ChunkProgress::message)
      all.messages.push_back({reader.message_type(), reader.timestamp(), std::string(reader.payload())});
  }
}

Read read(std::string_view bytes, std::size_t cut = 0, std::size_t limit_bytes = 100000) {
  RtmpChunkReader reader = RtmpChunkReader::whole(limit_bytes);
  Read all;
  read(reader, bytes.substr(0, cut), all);
  read(reader, bytes.substr(cut), all);
  return all;
}

// Headers of fmt 1, 2 and 3 on chunk stream 6, each with a picture of one byte.
std::string delta(std::uint32_t time, std::string_view payload) {
  const std::string extended = time >= 0xffffff ? be(time, 4) : "";
  return basic_header(1, 6) + be(std::min(time, 0xffffffu), 3) + be(payload.size(), 3) + "\x09" + extended +
         std::string(payload);
}
std::string short_delta(std::uint32_t time, std::string_view payload) {
  return basic_header(2, 6) + be(time, 3) + std::string(payload);
}
std::string no_header(std::string_view payload) {
  return basic_header(3, 6) + std::string(payload);
}

} // namespace

TEST_CASE("Whole messages come out with their times, wherever they are cut") {
  const std::string large(1000, 'L');
  const std::string bytes =
      chunks({.stream = 6, .type = 9, .payload = "a", .timestamp = 1000}) + delta(40, "b") + short_delta(33, "c") +
      no_header("d") + no_header("e") +
      chunks({.stream = 4, .type = 8, .payload = large, .chunk_size = 4096, .timestamp = 0x1000000}) +
      chunks({.stream = 7, .type = 18, .payload = large + large + large, .chunk_size = 4096, .timestamp = 5}) +
      delta(0x1000000, "f") + chunks({.stream = 2, .type = 4, .payload = "\0\6ping"s}) +
      chunks({.stream = 6, .type = 9, .payload = "", .timestamp = 7}) + delta(0, large);
  const std::vector<Message> expected{{9, 1000, "a"},
                                      {9, 1040, "b"},
                                      {9, 1073, "c"},
                                      {9, 1106, "d"},
                                      {9, 1139, "e"},
                                      {8, 0x1000000, large},
                                      {18, 5, large + large + large},
                                      {9, 1139 + 0x1000000, "f"},
                                      {4, 0, "\0\6ping"s},
                                      {9, 7, ""},
                                      {9, 7, large}};
  // delta() writes one chunk only.
  const std::string cut_large = set_chunk_size(4096) + bytes;
  for (std::size_t cut = 0; cut <= cut_large.size(); ++cut) {
    const Read all = read(cut_large, cut);
    REQUIRE(all.error == ChunkError::none);
    REQUIRE(all.messages.size() == expected.size() + 1);
    if (!std::equal(expected.begin(), expected.end(), all.messages.begin() + 1)) FAIL("a cut at " << cut);
  }
}

TEST_CASE("A chunk without a header behind fmt 0 adds that time once more") {
  const Read all =
      read(chunks({.stream = 6, .type = 9, .payload = "a", .timestamp = 40}) + no_header("b") + no_header("c"));
  CHECK(all.messages == std::vector<Message>{{9, 40, "a"}, {9, 80, "b"}, {9, 120, "c"}});
}

TEST_CASE("An extended time behind fmt 0 is no delta") {
  const std::string first = chunks({.stream = 6, .type = 9, .payload = "a", .timestamp = 0x2000000});
  const Read all = read(first + basic_header(3, 6) + be(0x2000000, 4) + "b");
  CHECK(all.messages == std::vector<Message>{{9, 0x2000000, "a"}, {9, 0x2000000, "b"}});
}

TEST_CASE("Messages that are woven into each other count together") {
  const std::string payload(128, 'x');
  const std::string begin = full_header(4, 0, 200, 8) + payload + full_header(6, 0, 200, 9) + payload;
  CHECK(read(begin, 0, 256).error == ChunkError::none);
  CHECK(read(begin, 0, 255).error == ChunkError::payload_too_large);
  const std::string end = basic_header(3, 4) + std::string(72, 'y') + basic_header(3, 6) + std::string(72, 'z');
  const Read all = read(begin + end, 0, 400);
  CHECK(all.messages ==
        std::vector<Message>{{8, 0, payload + std::string(72, 'y')}, {9, 0, payload + std::string(72, 'z')}});
  // What has been read or aborted does not count any more.
  std::string many;
  for (int i = 0; i < 50; ++i)
    many +=
        chunks({.stream = 6, .type = 9, .payload = payload}) + full_header(4, 0, 200, 8) + payload + abort_message(4);
  CHECK(read(many, 0, 256).error == ChunkError::none);
}

TEST_CASE("The limit may change, and commands do not count") {
  RtmpChunkReader reader = RtmpChunkReader::whole(100);
  Read all;
  read(reader, chunks({.payload = std::string(1000, 'c')}), all);
  CHECK(all.error == ChunkError::none);
  reader.set_payload_limit(1000);
  read(reader, chunks({.stream = 6, .type = 9, .payload = std::string(1000, 'v')}), all);
  CHECK(all.error == ChunkError::none);
  reader.set_payload_limit(100);
  read(reader, chunks({.stream = 6, .type = 9, .payload = std::string(101, 'v')}), all);
  CHECK(all.error == ChunkError::payload_too_large);
}

TEST_CASE("Types that nobody knows are passed over") {
  const Read all = read(chunks({.stream = 9, .type = 77, .payload = std::string(5000, 'u')}), 0, 100);
  CHECK(all.messages == std::vector<Message>{{77, 0, ""}});
}
