// SPDX-License-Identifier: Apache-2.0
// A limited number of places for clients, and of each address.
#pragma once

#include "gateway/base/tally.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>

namespace rtmpt_proxy::gateway {

// Every thread may use it. Must outlive the places that it gives.
class AddressPlaces {
 public:
  using Place = Tally<std::string>::Use;

  AddressPlaces(std::size_t most, std::size_t most_of_address) : most_(most), most_of_address_(most_of_address) {}

  // A place for a client of that address, as counted_as() has it, kept as long as it lives. None when there are too
  // many already.
  std::optional<Place> enter(const std::string& address) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (clients_.total() >= most_ || clients_.count(address) >= most_of_address_) return std::nullopt;
    return clients_.enter(address);
  }

 private:
  const std::size_t most_;
  const std::size_t most_of_address_;
  std::mutex mutex_; // makes the check and the taking of a place one step
  Tally<std::string> clients_;
};

} // namespace rtmpt_proxy::gateway
