// A child's way to rtmpt-gateway: channels obtained through the doors that the parent left open, kept for reuse.
#pragma once

#include "gateway_channel.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::apache {

// A request's hold on one channel. Returned to its client with give_back() when an exchange ended in good order; else
// its destruction closes the channel.
using ChannelLease = std::unique_ptr<GatewayChannel>;

// What came of an exchange; `answer` is there when `status` is ok, and so is `channel` unless the answer needed none.
struct Conversation {
  ChannelStatus status = ChannelStatus::lost;
  protocol::GatewayMessage answer;
  ChannelLease channel;
};

// Used by every thread of a child at once.
//
// A gateway has one or more event loops, and a channel leads to one of them. A door's number of loops is learnt from
// the Hello on each new channel.
class GatewayClient {
 public:
  // Descriptors of doors, which stay the parent's record's: the gateway for new sessions first, then those that finish
  // older sessions. The children of one httpd begin with different loops when their `turn` differs.
  GatewayClient(const std::vector<int>& doors, std::uint32_t turn);

  std::size_t door_count() const { return doors_.size(); }

  // A channel ready for an exchange, of the loop whose turn it is: a kept one, or a new one. Waits at most two seconds
  // for each answer of a gateway that does not give it. Null with `status` saying why.
  ChannelLease obtain(std::size_t door, ChannelStatus& status);

  // Sends `request`, which any loop can serve, and waits for one answer. A kept channel that turns out dead is replaced
  // by a fresh one, once. `first` is used first when it is not null.
  Conversation exchange(std::size_t door, const protocol::GatewayMessage& request,
                        std::chrono::milliseconds answer_within, ChannelLease first = nullptr);

  // The same, but all of it, with a channel that must be made first or made anew, takes no longer than `within`.
  Conversation exchange_within(std::size_t door, const protocol::GatewayMessage& request,
                               std::chrono::milliseconds within);

  // The same as exchange() with the loop whose session `session_id` is; `descriptor` goes along unless negative. An id
  // of a loop that the gateway has not is answered as the gateway answers an unknown one: Reply 404. `first` is kept
  // for others when it leads to another loop.
  Conversation exchange_for_session(std::size_t door, std::string_view session_id,
                                    const protocol::GatewayMessage& request, std::chrono::milliseconds answer_within,
                                    int descriptor = -1, ChannelLease first = nullptr);

  // Keeps a channel whose exchange is complete. Null is nothing to keep.
  void give_back(std::size_t door, ChannelLease channel);

 private:
  // What is kept of one gateway.
  struct Door {
    int socket = -1;
    std::atomic<std::uint32_t> loops{0};          // as the gateway last said; 0: not known
    std::mutex mutex;                             // guards `quiet`
    std::vector<std::vector<ChannelLease>> quiet; // by loop; last used at the back
  };

  // A gateway that does not answer is waited for until `latest`, if that is sooner than elsewhere.
  static bool has_loop(Door& door, std::uint32_t loop, ChannelStatus& status, Deadline latest = Deadline::max());
  static ChannelLease obtain_of_loop(Door& door, std::uint32_t loop, ChannelStatus& status, bool fresh,
                                     Deadline latest = Deadline::max());
  ChannelLease obtain_in_turn(Door& door, ChannelStatus& status, bool fresh, Deadline latest = Deadline::max());
  static ChannelLease take_kept(Door& door, std::uint32_t loop);
  static void keep(Door& door, ChannelLease channel);
  static ChannelLease knock(Door& door, std::uint32_t loop, ChannelStatus& status, Deadline latest);

  std::vector<std::unique_ptr<Door>> doors_;
  std::atomic<std::uint32_t> turn_;
};

} // namespace rtmpt_proxy::apache
