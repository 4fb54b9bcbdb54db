// How many bytes of unfinished requests all connections together keep, and what each may still read because of it.
#pragma once

#include <atomic>
#include <cstddef>

namespace rtmpt_proxy::gateway {

// Shared by all loops.
class InputBudget {
 public:
  // From here on each read is small, so that what is left of it is, too.
  static constexpr std::size_t kPlentyBytes = 4u << 20;
  static constexpr std::size_t kScarceReadBytes = 4096;
  // From here on only those go on that keep no more than their share.
  static constexpr std::size_t kMostBytes = 16u << 20;
  static constexpr std::size_t kShareBytes = 2048;

  // A connection keeps so many bytes now, and kept `before`.
  void change(std::size_t before, std::size_t now) { held_.fetch_add(now - before, std::memory_order_relaxed); }

  std::size_t held_bytes() const { return held_.load(std::memory_order_relaxed); }
  // The most that one read may take.
  std::size_t most_read_bytes() const {
    return held_bytes() < kPlentyBytes ? static_cast<std::size_t>(-1) : kScarceReadBytes;
  }
  // Whether a connection that keeps so many bytes has to go.
  bool is_over_for(std::size_t kept_bytes) const { return kept_bytes > kShareBytes && held_bytes() > kMostBytes; }

 private:
  std::atomic<std::size_t> held_{0};
};

} // namespace rtmpt_proxy::gateway
