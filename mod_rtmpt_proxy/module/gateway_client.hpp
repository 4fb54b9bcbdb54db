// A child's way to rtmpt-gateway: channels obtained through the doors that the parent left open, kept for reuse.
#pragma once

#include "gateway_channel.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace rtmpt_proxy::apache {

// A request's hold on one channel. Returned to its client with give_back() when an exchange ended in good order; else
// its destruction closes the channel.
using ChannelLease = std::unique_ptr<GatewayChannel>;

// What came of an exchange; `answer` and `channel` are there when `status` is ok.
struct Conversation {
  ChannelStatus status = ChannelStatus::lost;
  protocol::GatewayMessage answer;
  ChannelLease channel;
};

// Used by every thread of a child at once.
class GatewayClient {
 public:
  // Descriptors of doors, which stay the parent's record's: the gateway for new sessions first, then those that finish
  // older sessions.
  explicit GatewayClient(const std::vector<int>& doors);

  std::size_t door_count() const { return doors_.size(); }

  // A channel ready for an exchange: a kept one, or a new one when there is none or `fresh` is asked for. Waits at most
  // two seconds for a gateway that does not answer. Null with `status` saying why.
  ChannelLease obtain(std::size_t door, ChannelStatus& status, bool fresh = false);

  // Sends `request` (with `descriptor` unless negative) and waits for one answer. A kept channel that turns out dead is
  // replaced by a fresh one, once. `first` is used first when it is not null.
  Conversation exchange(std::size_t door, const protocol::GatewayMessage& request,
                        std::chrono::milliseconds answer_within, int descriptor = -1, ChannelLease first = nullptr);

  // Keeps a channel whose exchange is complete.
  void give_back(std::size_t door, ChannelLease channel);

 private:
  struct Door {
    int socket = -1;
    std::mutex mutex;                // guards `quiet`
    std::vector<ChannelLease> quiet; // last used at the back
  };

  ChannelLease take_kept(Door& door);
  static ChannelLease knock(const Door& door, ChannelStatus& status);

  std::vector<std::unique_ptr<Door>> doors_;
};

} // namespace rtmpt_proxy::apache
