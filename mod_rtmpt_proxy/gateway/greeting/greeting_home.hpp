// SPDX-License-Identifier: Apache-2.0
// What a client of RTMP without a stream needs from the event loop that it lives on.
#pragma once

#include "gateway/base/input_budget.hpp"
#include "gateway/base/loop_services.hpp"
#include "gateway/base/owned_objects.hpp"
#include "gateway/greeting/ask_queue.hpp"
#include "gateway/greeting/greeting_places.hpp"
#include "gateway/greeting/login_desk.hpp"

#include <cstdint>
#include <unordered_map>

namespace rtmpt_proxy::gateway {

class RtmpGreeter;

// The clients of one loop, by their tickets. Used in the loop's thread.
struct Greeters {
  OwnedObjects<RtmpGreeter> owned;
  std::unordered_map<std::uint64_t, RtmpGreeter*> by_ticket;
  std::uint64_t last_ticket_number = 0;
  policy::LogLimiter lines = line_limit();

  // Null when that client has left or has a stream.
  RtmpGreeter* find(std::uint64_t ticket) const {
    const auto found = by_ticket.find(ticket);
    return found == by_ticket.end() ? nullptr : found->second;
  }
};

// The loop owns the objects, and they outlive the loop's greeters. All loops share `places` and `logins`.
struct GreetingHome {
  LoopServices& loop;
  std::uint32_t loop_index;
  AskQueue& asks;
  Greeters& greeters;
  GreetingPlaces& places;
  LoginDesk& logins;
  InputBudget& kept_input; // all loops share it
};

} // namespace rtmpt_proxy::gateway
