// Requests that arrived ahead of their turn, bounded in number and bytes.
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

struct WaitingRequest {
  std::uint32_t sequence_number = 0;
  protocol::TunnelRequestKind kind = protocol::TunnelRequestKind::idle;
  std::string body;
  Exchange* exchange = nullptr; // null once its client is gone; the request itself keeps its turn
  bool body_comes = false;      // of a send: its body is still with the client
  std::chrono::milliseconds hold_limit{0};
  std::optional<std::chrono::milliseconds> wait_limit; // as in SessionRequest
  std::optional<TimePoint> give_up;                    // when it must be answered because of that
};

class WaitingRoom {
 public:
  static constexpr std::size_t kMost = 16;

  explicit WaitingRoom(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  bool empty() const { return waiting_.empty(); }
  bool has_room_for(std::size_t body_bytes) const { return waiting_.size() < kMost && has_room_for_body(body_bytes); }
  // The same for the body of a request that is here already.
  bool has_room_for_body(std::size_t body_bytes) const { return bytes_ + body_bytes <= most_bytes_; }

  // The request of that number, or null.
  WaitingRequest* find(std::uint32_t sequence_number);
  // The request with the lowest number, or null.
  const WaitingRequest* first() const { return waiting_.empty() ? nullptr : &waiting_.front(); }

  // There must be room, and none of the same number.
  void enter(WaitingRequest request);

  // Gives a body to `request`, which is here and has none. There must be room.
  void set_body(WaitingRequest& request, std::string_view body);

  // Whether the request of `exchange` is here.
  bool holds(const Exchange& exchange) const;

  // Removes and returns the one with the lowest number. There must be one.
  WaitingRequest take_first();

  // For looking through them all, in order of number.
  std::vector<WaitingRequest>& all() { return waiting_; }
  const std::vector<WaitingRequest>& all() const { return waiting_; }

  // Removes those for which `match` is true and calls `removed` with each.
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
