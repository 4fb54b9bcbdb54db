// SPDX-License-Identifier: Apache-2.0
// Requests that arrived before their turn. Their number and their bytes are bounded.
#pragma once

#include "gateway/base/time_point.hpp"
#include "gateway/session/exchange.hpp"

#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

// One of two carriers of the same request: the client has repeated it on another connection.
struct Attempt {
  Exchange* exchange = nullptr;
  // As in WaitingRequest, each for this carrier.
  std::chrono::milliseconds hold_limit = std::chrono::milliseconds::max();
  std::optional<std::chrono::milliseconds> wait_limit;
  std::optional<TimePoint> answer_by;
  bool body_comes = false;
  std::uint64_t taken_bytes = 0; // of its body so far
};

// A request that the session keeps until it is answered: one that came ahead of its turn, a held idle, or a send whose
// bytes are on their way to the backend.
struct WaitingRequest {
  std::uint32_t sequence_number = 0;
  protocol::TunnelRequestKind kind = protocol::TunnelRequestKind::idle;
  bool body_comes = false;      // for a send: its body, or the rest of it, has not arrived yet
  bool lacks_room = false;      // for a send: the client is stopped from sending more of the body
  Exchange* exchange = nullptr; // null when its client is gone; the request keeps its turn
  std::string body;             // for a send whose body arrived whole
  std::chrono::milliseconds hold_limit{0};
  std::optional<std::chrono::milliseconds> wait_limit; // as in SessionRequest
  std::optional<TimePoint> answer_by; // a held idle is then answered with the bytes there are, any other with 503

  // For a send whose turn it is:
  std::uint64_t delivered_bytes = 0; // bytes of the body that went to the backend, in this attempt or an earlier one
  std::uint64_t skip_bytes = 0;      // bytes that an earlier attempt delivered and that the client will send again
  TimePoint progress;                // when bytes last arrived, or last went to the backend

  // The attempt that came before the present one. Most likely the client has given it up, so its body waits. But when
  // httpd was slow to read the older of two connections, the attempts came in the other order, and this is the living
  // one: it goes on when the present one breaks off. Both get the answer. Unset when `exchange` is null.
  Attempt rival;
};

class WaitingRoom {
 public:
  static constexpr std::size_t kMost = 16;

  explicit WaitingRoom(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  bool empty() const { return waiting_.empty(); }
  bool has_room_for(std::size_t body_bytes) const { return waiting_.size() < kMost && has_room_for_body(body_bytes); }
  // Whether there is room for the body of a request that waits here already.
  bool has_room_for_body(std::size_t body_bytes) const { return bytes_ + body_bytes <= most_bytes_; }

  // The request of that number, or null.
  WaitingRequest* find(std::uint32_t sequence_number);
  // The request with the lowest number, or null.
  const WaitingRequest* first() const { return waiting_.empty() ? nullptr : &waiting_.front(); }

  // Adds a request. There must be room for it, and no request with the same number here.
  void enter(WaitingRequest request);

  // Gives a body to `request`, which waits here without one. There must be room.
  void set_body(WaitingRequest& request, std::string_view body);

  // The request whose present attempt, or its rival, is `exchange`; null when there is none.
  WaitingRequest* find(const Exchange& exchange);

  // Removes and returns the request with the lowest number. There must be one.
  WaitingRequest take_first();

  // All waiting requests, in the order of their numbers.
  std::vector<WaitingRequest>& all() { return waiting_; }
  const std::vector<WaitingRequest>& all() const { return waiting_; }

  // Removes the requests for which `match` is true, and calls `removed` with each of them.
  template <class Match, class Removed>
  void remove_if(Match match, Removed removed) {
    for (std::size_t i = 0; i < waiting_.size();) {
      if (!match(waiting_[i])) {
        ++i;
        continue;
      }
      removed(take(i));
    }
  }

 private:
  WaitingRequest take(std::size_t index);

  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::vector<WaitingRequest> waiting_; // sorted by number; at most kMost
};

} // namespace rtmpt_proxy::gateway
