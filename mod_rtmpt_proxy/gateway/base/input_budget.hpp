// SPDX-License-Identifier: Apache-2.0
// Counts the bytes of unfinished requests that all connections keep, and limits what each may read.
#pragma once

#include <atomic>
#include <cstddef>

namespace rtmpt_proxy::gateway {

// Shared by all loops.
class InputBudget {
 public:
  // From this total on, each read is small, so that little of it can be left over.
  static constexpr std::size_t kPlentyBytes = 4u << 20;
  static constexpr std::size_t kScarceReadBytes = 4096;
  // From this total on, connections that keep more than their share are refused.
  static constexpr std::size_t kMostBytes = 16u << 20;
  static constexpr std::size_t kShareBytes = 2048;

  // A connection keeps `now` bytes, and kept `before` bytes until now.
  void change(std::size_t before, std::size_t now) { held_.fetch_add(now - before, std::memory_order_relaxed); }

  std::size_t held_bytes() const { return held_.load(std::memory_order_relaxed); }
  // The most that one read may take.
  std::size_t most_read_bytes() const {
    return held_bytes() < kPlentyBytes ? static_cast<std::size_t>(-1) : kScarceReadBytes;
  }
  // Whether a connection that keeps this many bytes must be closed.
  bool is_over_for(std::size_t kept_bytes) const { return kept_bytes > kShareBytes && held_bytes() > kMostBytes; }

 private:
  std::atomic<std::size_t> held_{0};
};

} // namespace rtmpt_proxy::gateway
