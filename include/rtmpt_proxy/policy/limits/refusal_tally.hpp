// SPDX-License-Identifier: Apache-2.0
// How many wrong passwords came from an address lately, counted by many processes together. Other than RefusalPace it
// makes nobody wait, for a thread of httpd would wait: who has had enough gets no further try for a while.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::policy {

// Lives in memory that processes share, zeroed at first: it has no pointers. Every thread may use it; nothing waits.
//
// An address has a choice of two places, by its hash. Where others have both, the one with fewer tries is forgotten. So
// memory is bounded, and who wants a count forgotten must have other addresses with as many tries.
class RefusalTally {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  static constexpr std::uint32_t kMostTries = 10; // wrong ones, within kInterval
  // From the first wrong try on.
  static constexpr std::chrono::seconds kInterval{60};
  static constexpr std::size_t kPlaces = 4096;

  // Whether the address has had its tries.
  bool is_spent(std::string_view address, TimePoint now) const;

  // A try of that address was wrong. `address`: see counted_as().
  void note(std::string_view address, TimePoint now);

 private:
  std::size_t place_for(std::uint64_t hash, TimePoint now) const;

  //  63        40 39          16 15     0
  // | of a hash | when, in s    | count  |
  std::array<std::atomic<std::uint64_t>, kPlaces> places_{};
};

} // namespace rtmpt_proxy::policy
