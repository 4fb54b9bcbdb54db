// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/reply_queue.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

using rtmpt_proxy::gateway::ReplyQueue;

namespace {

// Takes everything out, `most_bytes` at a time.
std::string drain(ReplyQueue& queue, std::size_t most_bytes) {
  std::string all;
  while (!queue.empty()) {
    const std::string_view front = queue.front();
    if (front.empty()) FAIL("a queue that is not empty shows nothing");
    const std::size_t count = std::min(front.size(), most_bytes);
    all += front.substr(0, count);
    queue.advance(count);
  }
  return all;
}

} // namespace

TEST_CASE("A new reply queue is empty and shows nothing", "[reply_queue]") {
  ReplyQueue queue;
  CHECK(queue.empty());
  CHECK(queue.front().empty());
}

TEST_CASE("Begun bytes go first, then the empty replies, then the last one", "[reply_queue]") {
  const auto most_bytes = GENERATE(1U, 2U, 3U, 7U, 1000U);
  ReplyQueue queue;
  queue.push_bytes("begun ");
  queue.push_empty_reply("<empty>");
  queue.push_empty_reply("<empty>");
  queue.push_last("la");
  queue.push_last("st");
  CHECK(queue.counted_replies() == 2);
  CHECK(drain(queue, most_bytes) == "begun <empty><empty>last");
  CHECK(queue.empty());
}

TEST_CASE("All counted replies take the text of the first", "[reply_queue]") {
  ReplyQueue queue;
  queue.push_empty_reply("<1>");
  queue.push_empty_reply("<3>");
  CHECK(drain(queue, 100) == "<1><1>");
  queue.push_empty_reply("<3>");
  CHECK(drain(queue, 100) == "<3>");
}

TEST_CASE("Replies that are added while others leave lose their place to nobody", "[reply_queue]") {
  ReplyQueue queue;
  std::string all;
  queue.push_bytes("begun");
  for (int i = 0; i < 1000; ++i) {
    queue.push_empty_reply("<->");
    const std::string_view front = queue.front();
    all += front.substr(0, 2);
    queue.advance(std::min<std::size_t>(2, front.size()));
  }
  queue.push_last("!");
  all += drain(queue, 5);
  std::string expected = "begun";
  for (int i = 0; i < 1000; ++i)
    expected += "<->";
  CHECK(all == expected + "!");
}

TEST_CASE("A million empty replies cost a number and come out to the last byte", "[reply_queue]") {
  constexpr std::uint64_t kReplies = 1'000'000;
  const std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\x01";
  ReplyQueue queue;
  queue.push_bytes("x");
  for (std::uint64_t i = 0; i < kReplies; ++i)
    queue.push_empty_reply(reply);
  CHECK(queue.counted_replies() == kReplies);
  CHECK(queue.front() == "x"); // nothing was written out ahead of its turn
  queue.advance(1);

  std::uint64_t bytes = 0;
  std::size_t widest = 0;
  while (!queue.empty()) {
    const std::string_view front = queue.front();
    widest = std::max(widest, front.size());
    if (!front.starts_with(reply)) FAIL("a batch does not begin with a reply");
    bytes += front.size();
    queue.advance(front.size());
  }
  CHECK(bytes == kReplies * reply.size());
  CHECK(widest <= 16384);
}

TEST_CASE("An empty reply larger than a batch still goes out", "[reply_queue]") {
  ReplyQueue queue;
  const std::string large(20000, 'r');
  queue.push_empty_reply(large);
  queue.push_empty_reply(large);
  CHECK(drain(queue, 1 << 20) == large + large);
}
