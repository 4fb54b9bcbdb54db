// SPDX-License-Identifier: Apache-2.0
// How many clients may be at a time of whom nobody knows yet what becomes of them, and how long a refused client of
// RTMP waits. Shared by all loops.
#pragma once

#include "gateway/base/address_places.hpp"
#include "gateway/base/time_point.hpp"

#include <rtmpt_proxy/policy/limits/refusal_pace.hpp>

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>

namespace rtmpt_proxy::gateway {

// Every thread may use it. Must outlive the places that it gives.
class GreetingPlaces {
 public:
  using Place = AddressPlaces::Place;

  // `descriptors` is how many the process may have open: a quarter of them for these clients, and a quarter of that for
  // one address.
  explicit GreetingPlaces(std::size_t descriptors) : clients_(descriptors / 4, descriptors / 16) {}

  // A place for a client of RTMP without a stream, of that address, as counted_as() has it. It is kept as long as it
  // lives. None when there are too many already, or when too many of the address wait for a refusal.
  std::optional<Place> enter(const std::string& address);

  // The same for a client inside TLS of which nothing is known yet. Refusals of others of its address do not matter.
  std::optional<Place> enter_unknown(const std::string& address) { return clients_.enter(address); }

  // Whether a client of that address may be asked about now: not while too many of it wait for a refusal.
  bool may_ask(const std::string& address);

  // See RefusalPace.
  std::chrono::milliseconds begin_refusal(const std::string& address, TimePoint now);
  void end_refusal(const std::string& address);

 private:
  std::mutex mutex_;
  policy::RefusalPace refusals_; // guarded by mutex_
  AddressPlaces clients_;
};

} // namespace rtmpt_proxy::gateway
