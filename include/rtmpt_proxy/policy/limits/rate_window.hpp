// SPDX-License-Identifier: Apache-2.0
// Whether a client sends more than RTMPTMaxBitRate, over a time that pictures of any size fit into.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rtmpt_proxy::policy {

// Counts the bytes of the last kWindow, in slices. Memory: the object. Not thread-safe.
class RateWindow {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // Long enough for key frames and for what an encoder sends after its network was slow for a moment.
  static constexpr std::chrono::seconds kWindow{10};
  static constexpr std::chrono::milliseconds kSlice{500};
  static constexpr std::size_t kSlices{kWindow / kSlice};

  RateWindow(std::uint32_t bits_per_second, TimePoint now) : bits_per_second_(bits_per_second), slice_begin_(now) {}

  // So many bytes came. `now` never goes back.
  void note(std::size_t bytes, TimePoint now);

  // Whether the bytes of the last kWindow are more than the limit allows in that time. A session that is younger has
  // sent nothing before it began.
  bool is_over() const { return sum_bytes_ > most_bytes(); }

  // The average over kWindow.
  std::uint64_t bits_per_second() const;

 private:
  std::uint64_t most_bytes() const { return std::uint64_t{bits_per_second_} * kWindow.count() / 8; }
  void pass_slices(TimePoint now);

  const std::uint32_t bits_per_second_;
  std::array<std::uint64_t, kSlices> slices_{};
  std::size_t slice_ = 0; // the present one
  TimePoint slice_begin_;
  std::uint64_t sum_bytes_ = 0; // of all slices
};

} // namespace rtmpt_proxy::policy
