// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/stream_buffer.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace rtmpt_proxy::gateway {

namespace {
constexpr std::size_t kSmallestStorageBytes = 4096;
// Storage is given back when most of it is unused, or when a large part is unused for a while. So a steady stream never
// reallocates, and a stream with large pictures from time to time reallocates only after those.
constexpr std::size_t kShrinkFactor = 8;
constexpr std::size_t kSlowShrinkFactor = 4;
constexpr std::uint8_t kShrinkDelay = 4; // counted in calls of forget_before()
constexpr std::size_t kWorthShrinkingBytes = 32768;
} // namespace

std::size_t StreamBuffer::append(std::string_view bytes) {
  const std::size_t count = std::min(bytes.size(), room_bytes());
  if (count == 0) return 0;
  const auto used = static_cast<std::size_t>(end_ - kept_);
  if (used + count > storage_.size()) resize(std::bit_ceil(std::max(used + count, kSmallestStorageBytes)));
  const std::size_t at = end_ & (storage_.size() - 1);
  const std::size_t first = std::min(count, storage_.size() - at);
  std::memcpy(storage_.data() + at, bytes.data(), first);
  if (count > first) std::memcpy(storage_.data(), bytes.data() + first, count - first);
  end_ += count;
  return count;
}

Pieces StreamBuffer::unsent(std::size_t most_bytes) const {
  return pieces(next_, std::min(most_bytes, unsent_bytes()));
}

Pieces StreamBuffer::pieces(std::uint64_t from, std::size_t count) const {
  if (count == 0) return {};
  const std::size_t at = from & (storage_.size() - 1);
  const std::size_t first = std::min(count, storage_.size() - at);
  return {std::string_view(storage_.data() + at, first), std::string_view(storage_.data(), count - first)};
}

void StreamBuffer::forget_before(std::uint64_t position) {
  kept_ = std::max(kept_, std::min(position, next_));
  const auto used = static_cast<std::size_t>(end_ - kept_);
  if (storage_.size() < kWorthShrinkingBytes || used > storage_.size() / kSlowShrinkFactor) {
    partly_used_ = 0;
    return;
  }
  if (used < storage_.size() / kShrinkFactor || ++partly_used_ >= kShrinkDelay)
    resize(std::bit_ceil(std::max(used * 2, kSmallestStorageBytes)));
}

void StreamBuffer::resize(std::size_t storage_bytes) {
  std::vector<char> bigger(storage_bytes);
  std::uint64_t to = kept_;
  for (const std::string_view piece : pieces(kept_, static_cast<std::size_t>(end_ - kept_))) {
    std::size_t done = 0;
    while (done < piece.size()) {
      const std::size_t at = to & (storage_bytes - 1);
      const std::size_t count = std::min(piece.size() - done, storage_bytes - at);
      std::memcpy(bigger.data() + at, piece.data() + done, count);
      done += count;
      to += count;
    }
  }
  storage_.swap(bigger);
  partly_used_ = 0;
}

} // namespace rtmpt_proxy::gateway
