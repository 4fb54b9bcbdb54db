// SPDX-License-Identifier: Apache-2.0
// One direction of a session's byte stream. The buffer is bounded, grows as needed, and can give the last sent bytes
// again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

// Up to two pieces, because the storage is a ring. Valid until the buffer's next non-const call.
using Pieces = std::array<std::string_view, 2>;

inline std::size_t size_of(const Pieces& pieces) {
  return pieces[0].size() + pieces[1].size();
}

// The first `count` bytes of them.
inline Pieces front_of(const Pieces& pieces, std::size_t count) {
  const std::string_view first = pieces[0].substr(0, count);
  return {first, pieces[1].substr(0, count - first.size())};
}

// Positions count the stream's bytes from its start and never repeat (64 bits).
//
//     kept ........ next ........ end
//     sent, may be   unsent        appended here
//     shown again
//
// Not thread-safe: used by the thread of its session's loop.
class StreamBuffer {
 public:
  // Takes at most `limit_bytes` of unsent bytes. The caller decides by forget_before() how many sent bytes are kept as
  // well.
  explicit StreamBuffer(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  std::size_t unsent_bytes() const { return static_cast<std::size_t>(end_ - next_); }
  std::size_t room_bytes() const { return limit_bytes_ - unsent_bytes(); }
  bool empty() const { return end_ == next_; }
  std::uint64_t position() const { return next_; } // position of the first unsent byte
  std::uint64_t end_position() const { return end_; }

  // Takes as many of `bytes` as there is room for, and returns how many.
  std::size_t append(std::string_view bytes);

  // The first unsent bytes, at most `most_bytes`.
  Pieces unsent(std::size_t most_bytes) const;

  // `count` more bytes were sent. kept() can still give them, until forget_before().
  void advance(std::size_t count) { next_ += count; }

  // Gives sent bytes again. `from` must not be before a position that forget_before() was called with.
  Pieces kept(std::uint64_t from, std::size_t count) const { return pieces(from, count); }

  // Sent bytes before `position` may be overwritten; unsent bytes never are. Storage shrinks when most of it is unused.
  void forget_before(std::uint64_t position);

  std::size_t storage_bytes() const { return storage_.size(); }

 private:
  Pieces pieces(std::uint64_t from, std::size_t count) const;
  void resize(std::size_t storage_bytes);

  std::size_t limit_bytes_;
  std::vector<char> storage_;    // size is zero or a power of two
  std::uint8_t partly_used_ = 0; // how many times in a row a large part of the storage was unused
  std::uint64_t kept_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t end_ = 0;
};

} // namespace rtmpt_proxy::gateway
