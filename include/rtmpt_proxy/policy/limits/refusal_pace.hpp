// SPDX-License-Identifier: Apache-2.0
// How long clients of one address wait for a refusal, so that passwords and stream names cannot be tried at any rate.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rtmpt_proxy::policy {

// Remembers the addresses that were refused last, kMostAddresses of them. A client that httpd lets in never waits. Not
// thread-safe.
class RefusalPace {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // The first refusals come at once: they are people who mistyped something. Then each one takes twice as long.
  static constexpr std::uint32_t kFreeRefusals = 3;
  static constexpr std::chrono::milliseconds kFirstDelay{250};
  static constexpr std::chrono::milliseconds kMostDelay{5000};
  // An address without a refusal for so long is as good as new.
  static constexpr std::chrono::seconds kForgiven{60};
  static constexpr std::size_t kMostAddresses = 4096;
  // So many refusals of one address may wait at a time. Further clients of it are not listened to meanwhile.
  static constexpr std::uint32_t kMostWaiting = 16;

  // Whether a further client of that address may be listened to.
  bool may_ask(std::string_view address) const;

  // A client of that address is refused. Returns how long its answer waits; end_wait() must follow when it has waited.
  std::chrono::milliseconds begin_wait(std::string_view address, TimePoint now);
  void end_wait(std::string_view address);

  std::size_t addresses() const { return entries_.size(); }

 private:
  struct Entry {
    std::string address;
    TimePoint last;
    std::uint32_t refusals = 0;
    std::uint32_t waiting = 0;
  };

  Entry& entry_of(std::string_view address, TimePoint now);

  std::list<Entry> entries_;                                                    // the one refused last at the front
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_address_; // keys point into entries_
};

} // namespace rtmpt_proxy::policy
