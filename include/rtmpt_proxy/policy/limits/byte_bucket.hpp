// SPDX-License-Identifier: Apache-2.0
// How many bytes of a client may pass now, where RTMPTMaxBitRate slows clients down.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rtmpt_proxy::policy {

// A token bucket: it fills at the allowed rate, and holds kHeld's worth of bytes, so that a key frame passes at once.
// Not thread-safe.
class ByteBucket {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kHeld{2};
  // Less than so much time's worth is not worth a write.
  static constexpr std::chrono::milliseconds kLook{20};
  // Also a small rate lets a handshake and the commands behind it pass at once.
  static constexpr std::uint64_t kLeastHeldBytes = 16u << 10;

  // Begins full.
  ByteBucket(std::uint32_t bits_per_second, TimePoint now);

  // How many bytes may pass; 0 while there are fewer than kLook's worth. `now` never goes back.
  std::size_t room_bytes(TimePoint now);
  // So many passed. More than room_bytes() empty it.
  void take(std::size_t bytes);

  // When room_bytes() is more than 0 again, if it was 0 at the last call; otherwise max().
  TimePoint next_look() const;

 private:
  void fill(TimePoint now);

  const std::uint64_t bits_per_second_;
  const std::uint64_t most_bits_;
  const std::uint64_t least_bits_; // that pass at once
  std::uint64_t bits_;             // in the bucket
  TimePoint filled_;               // up to then
};

} // namespace rtmpt_proxy::policy
