// SPDX-License-Identifier: Apache-2.0
// Remembers the replies to the latest sequence numbers. A repeated request gets its first reply again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace rtmpt_proxy::gateway {

struct PastReply {
  std::uint32_t sequence_number = 0;
  std::uint64_t position = 0; // position of its first byte in the stream to the client
  std::size_t length_bytes = 0;
  std::uint8_t polling_interval = 1;
};

// Remembers at most kMost replies with at most kMostBytes of data, and always the whole latest reply. An HTTP client
// repeats a request when its connection broke before the answer. That request is the latest one, or one of a few in
// flight.
class ReplyHistory {
 public:
  static constexpr std::size_t kMost = 16;
  static constexpr std::size_t kMostBytes = 8192; // two or three replies of a stream of 1 Mb/s

  void record(const PastReply& reply);

  // The reply to `sequence_number`, or null when it is not remembered. Valid until the next record().
  const PastReply* find(std::uint32_t sequence_number) const;

  // The position of the oldest byte that a remembered reply needs. `fallback` when no reply is remembered.
  std::uint64_t oldest_position(std::uint64_t fallback) const;

 private:
  const PastReply& at(std::size_t index) const { return ring_[(first_ + index) % kMost]; }
  void drop_oldest();

  std::array<PastReply, kMost> ring_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

} // namespace rtmpt_proxy::gateway
