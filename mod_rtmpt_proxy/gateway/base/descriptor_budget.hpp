// SPDX-License-Identifier: Apache-2.0
// Counts the gateway's descriptors, so that it refuses new sessions near the limit instead of failing somewhere.
#pragma once

#include <atomic>
#include <cstddef>

namespace rtmpt_proxy::gateway {

// Shared by all loops. Two loops can see the same free descriptors at the same moment; the reserve covers that.
class DescriptorBudget {
 public:
  // Kept free for the log, name lookups, channels of httpd and sessions that are just being opened.
  static constexpr std::size_t kReserve = 64;

  // The limit is what the process may have now (RLIMIT_NOFILE).
  DescriptorBudget();

  bool has_room_for(std::size_t count) const { return used() + count + kReserve <= limit_; }
  std::size_t limit() const { return limit_; }
  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

  // Counts one descriptor for as long as it lives.
  class Use {
   public:
    explicit Use(DescriptorBudget& budget) : budget_(budget) { budget_.used_.fetch_add(1, std::memory_order_relaxed); }
    ~Use() { budget_.used_.fetch_sub(1, std::memory_order_relaxed); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    DescriptorBudget& budget_;
  };

 private:
  std::atomic<std::size_t> used_{0};
  std::size_t limit_;
};

} // namespace rtmpt_proxy::gateway
