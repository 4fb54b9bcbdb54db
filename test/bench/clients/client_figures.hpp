// SPDX-License-Identifier: Apache-2.0
// What one client of a measurement has seen, written by its thread and read by the main one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace rtmpt_proxy::bench {

using Clock = std::chrono::steady_clock;

// The counts and the gap are those of the measured window: begin_window() sets them back.
class ClientFigures {
 public:
  // The client's thread: it begins to connect; its stream has come to life; a media packet is done, for which it waited
  // since the one before (a player) or since it began to write it (a publisher); it can do no more.
  void connecting() { began_ = Clock::now(); }
  void streaming();
  void packet(std::size_t bytes, int pictures, Clock::time_point since);
  Clock::time_point last_packet() const { return last_packet_.load(std::memory_order_relaxed); }
  void ended() { ended_ = true; }

  // The main thread.
  void begin_window();
  bool is_streaming() const { return streaming_; }
  bool has_ended() const { return ended_; }
  std::chrono::nanoseconds start_up() const { return start_up_.load(); }
  // With `until`, the silence since the last packet counts too.
  std::chrono::nanoseconds longest_gap(Clock::time_point until) const;
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t pictures() const { return pictures_; }

 private:
  Clock::time_point began_;
  std::atomic<std::chrono::nanoseconds> start_up_{};
  std::atomic<std::chrono::nanoseconds> longest_gap_{};
  std::atomic<Clock::time_point> last_packet_{};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> pictures_{0};
  std::atomic<bool> streaming_{false};
  std::atomic<bool> ended_{false};
};

// Grows without moving: threads keep references.
using AllFigures = std::deque<ClientFigures>;

// How many clients stream.
std::size_t streaming_count(const AllFigures& all);

// The value that `share` (0 to 1) of the values do not exceed; 0 of none.
double quantile(std::vector<double> values, double share);

// One line of JSON: bytes, start_p50_ms, start_p95_ms, gap_p50_ms, gap_p95_ms, window_s, and how many each client had
// in the window in pictures and client_bytes.
std::string summary(const AllFigures& all, Clock::time_point window_begin, Clock::time_point window_end);

} // namespace rtmpt_proxy::bench
