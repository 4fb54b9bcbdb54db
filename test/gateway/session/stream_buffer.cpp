// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/stream_buffer.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

using rtmpt_proxy::gateway::Pieces;
using rtmpt_proxy::gateway::size_of;
using rtmpt_proxy::gateway::StreamBuffer;

namespace {

std::string text(const Pieces& pieces) {
  return std::string(pieces[0]) + std::string(pieces[1]);
}

std::string numbered_bytes(std::size_t count, std::uint64_t from) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i)
    bytes[i] = static_cast<char>(((from + i) * 2654435761U) >> 13);
  return bytes;
}

// The buffer beside a string that simply keeps everything.
class Model {
 public:
  Model(std::size_t limit_bytes, unsigned seed) : limit_bytes_(limit_bytes), random_(seed), buffer_(limit_bytes) {}

  void step() {
    switch (below(4)) {
    case 0: return append(below(limit_bytes_ / 4));
    case 1: return append(below(200));
    case 2: return advance();
    default: return forget();
    }
  }

  // Empty when all is as in the string, else what differs.
  std::string difference() {
    const std::size_t unsent = stream_.size() - next_;
    if (buffer_.unsent_bytes() != unsent || buffer_.room_bytes() != limit_bytes_ - unsent) return "the unsent bytes";
    if (buffer_.position() != next_ || buffer_.end_position() != stream_.size()) return "the positions";
    const std::size_t most = below(limit_bytes_ * 2);
    if (text(buffer_.unsent(most)) != stream_.substr(next_, most)) return "what is shown as unsent";
    const std::size_t from = kept_ + below(next_ - kept_ + 1);
    const std::size_t count = below(next_ - from + 1);
    if (text(buffer_.kept(from, count)) != stream_.substr(from, count)) return "what is shown as kept";
    // A power of two that holds what is in use, and not much more than has been in use.
    if (buffer_.storage_bytes() > 4 * limit_bytes_ + 4096) return "the storage";
    return {};
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void append(std::size_t count) {
    const std::string bytes = numbered_bytes(count, stream_.size());
    const std::size_t taken = buffer_.append(bytes);
    if (taken != std::min(count, limit_bytes_ - (stream_.size() - next_))) FAIL("append took " << taken);
    stream_ += bytes.substr(0, taken);
  }
  void advance() {
    const std::size_t count = below(stream_.size() - next_ + 1);
    buffer_.advance(count);
    next_ += count;
    if (next_ - kept_ > limit_bytes_) forget();
  }
  void forget() {
    kept_ = std::max(kept_, next_ - std::min(next_, below(limit_bytes_)));
    buffer_.forget_before(kept_);
  }

  std::size_t limit_bytes_;
  std::mt19937 random_;
  StreamBuffer buffer_;
  std::string stream_;
  std::size_t next_ = 0;
  std::size_t kept_ = 0;
};

} // namespace

TEST_CASE("A stream buffer gives back what went in, in order", "[stream_buffer]") {
  StreamBuffer buffer(100);
  CHECK(buffer.append("hello ") == 6);
  CHECK(buffer.append("world") == 5);
  CHECK(text(buffer.unsent(5)) == "hello");
  CHECK(text(buffer.unsent(1000)) == "hello world");
  buffer.advance(6);
  CHECK(text(buffer.unsent(1000)) == "world");
  CHECK(text(buffer.kept(0, 6)) == "hello ");
  CHECK(buffer.position() == 6);
  CHECK(buffer.end_position() == 11);
}

TEST_CASE("A stream buffer takes no more than its limit", "[stream_buffer]") {
  StreamBuffer buffer(10);
  CHECK(buffer.append("0123456789abc") == 10);
  CHECK(buffer.room_bytes() == 0);
  CHECK(buffer.append("x") == 0);
  buffer.advance(4);
  CHECK(buffer.room_bytes() == 4);
  CHECK(buffer.append("wxyz!") == 4);
  CHECK(text(buffer.unsent(100)) == "456789wxyz");
}

TEST_CASE("An unused stream buffer has no storage and shows nothing", "[stream_buffer]") {
  const StreamBuffer buffer(1 << 20);
  CHECK(buffer.storage_bytes() == 0);
  CHECK(buffer.empty());
  CHECK(size_of(buffer.unsent(100)) == 0);
  CHECK(size_of(buffer.kept(0, 0)) == 0);
}

TEST_CASE("What wraps around the end of the storage is shown in two pieces", "[stream_buffer]") {
  StreamBuffer buffer(4096);
  const std::string first = numbered_bytes(4000, 0);
  buffer.append(first);
  buffer.advance(4000);
  buffer.forget_before(4000);
  const std::string second = numbered_bytes(500, 4000);
  CHECK(buffer.append(second) == 500);
  CHECK(buffer.storage_bytes() == 4096);
  const Pieces pieces = buffer.unsent(500);
  CHECK(pieces[0].size() == 96);
  CHECK(pieces[1].size() == 404);
  CHECK(text(pieces) == second);
}

TEST_CASE("A stream buffer that grows while it is wrapped keeps its bytes", "[stream_buffer]") {
  StreamBuffer buffer(1 << 16);
  const std::string first = numbered_bytes(4000, 0);
  buffer.append(first);
  buffer.advance(3900);
  buffer.forget_before(3800);
  const std::string rest = numbered_bytes(9000, 4000);
  buffer.append(rest.substr(0, 1000));
  buffer.append(rest.substr(1000));
  CHECK(text(buffer.kept(3800, 100)) == first.substr(3800, 100));
  CHECK(text(buffer.unsent(1 << 16)) == first.substr(3900) + rest);
}

TEST_CASE("A stream buffer gives its memory back when a burst is over", "[stream_buffer]") {
  StreamBuffer buffer(1 << 20);
  buffer.append(numbered_bytes(1 << 20, 0));
  CHECK(buffer.storage_bytes() == 1 << 20);
  buffer.advance((1 << 20) - 100);
  CHECK(buffer.storage_bytes() == 1 << 20);
  buffer.forget_before(buffer.position());
  CHECK(buffer.storage_bytes() == 4096);
  CHECK(text(buffer.unsent(1000)) == numbered_bytes(100, (1 << 20) - 100));
}

TEST_CASE("A stream of even pace never changes the size of its storage", "[stream_buffer]") {
  StreamBuffer buffer(1 << 20);
  buffer.append(numbered_bytes(3000, 0));
  const std::size_t storage_bytes = buffer.storage_bytes();
  for (int i = 0; i < 1000; ++i) {
    buffer.advance(buffer.unsent_bytes());
    buffer.forget_before(buffer.position());
    buffer.append(numbered_bytes(3000, buffer.end_position()));
    if (buffer.storage_bytes() != storage_bytes) FAIL("the storage changed to " << buffer.storage_bytes());
  }
  CHECK(text(buffer.unsent(3000)) == numbered_bytes(3000, 3'000'000));
}

TEST_CASE("Forgetting never reaches an unsent byte", "[stream_buffer]") {
  StreamBuffer buffer(1000);
  buffer.append("abcdef");
  buffer.advance(2);
  buffer.forget_before(1000);
  CHECK(text(buffer.unsent(100)) == "cdef");
  buffer.forget_before(0); // behind what is forgotten already
  CHECK(text(buffer.unsent(100)) == "cdef");
}

TEST_CASE("A stream buffer behaves like a string under random use", "[stream_buffer]") {
  const auto seed = GENERATE(range(1U, 9U));
  const auto limit_bytes = GENERATE(1000U, 4096U, 65536U, 300000U);
  Model model(limit_bytes, seed);
  for (int i = 0; i < 400; ++i) {
    model.step();
    const std::string difference = model.difference();
    if (!difference.empty()) FAIL("step " << i << ", seed " << seed << ": " << difference << " differs");
  }
}
