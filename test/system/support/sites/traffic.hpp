// SPDX-License-Identifier: Apache-2.0
// A session that carries bytes both ways, in rounds, while a test does something to its httpd.
#pragma once

#include "support/sites/rtmp_site.hpp"
#include "support/sites/tunnel_site.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>

namespace rtmpt_proxy::test {

// Begins with its construction, in a thread of its own, and ends with stop() or its end. `Session` is an RtmpSession or
// a TunnelSession, and must outlive it.
template <class Session>
class Traffic {
 public:
  // Each round has about `bytes` each way.
  explicit Traffic(Session& session, std::uint32_t seed, std::size_t bytes = 150'000)
      : done_(std::async(std::launch::async, [this, &session, seed, bytes] {
          for (std::uint32_t round = 0; !stopping_; ++round) {
            carry_both_ways(session, bytes, seed + 10 * round);
            ++rounds_;
          }
        })) {}
  ~Traffic() { stopping_ = true; }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  // Whether a whole round has begun and ended since this call; false when the traffic has broken.
  bool goes_on() {
    const int begun = rounds_;
    happens(
        [&] { return rounds_ >= begun + 2 || done_.wait_for(std::chrono::seconds{0}) == std::future_status::ready; });
    return rounds_ >= begun + 2;
  }

  // Waits for the end of the round. Throws what went wrong, in this round or before.
  void stop() {
    stopping_ = true;
    done_.get();
  }

 private:
  std::atomic<bool> stopping_ = false;
  std::atomic<int> rounds_ = 0;
  std::future<void> done_;
};

} // namespace rtmpt_proxy::test
