// SPDX-License-Identifier: Apache-2.0
// A child's connections to rtmpt-gateway: channels that it opens through the doors it has inherited from httpd's
// parent, and keeps for reuse.
#pragma once

#include "module/core/local_names.hpp"
#include "module/link/waiting_places.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::apache {

// A channel that a request has for itself. give_back() returns it after an exchange that ended well; otherwise its
// destruction closes the channel.
using ChannelLease = std::unique_ptr<GatewayChannel>;

// The result of an exchange. `answer` is set when `status` is ok, and so is `channel`, unless the answer was known
// without asking.
struct Conversation {
  ChannelStatus status = ChannelStatus::lost;
  protocol::GatewayMessage answer;
  ChannelLease channel;
};

// Sends the rest of a request (its body) before the answer is awaited.
using Follow = std::function<ChannelStatus(GatewayChannel&)>;

// How long, and under which conditions, a request waits for its answer.
struct Terms {
  Terms() = default;
  template <class Rep, class Period>
  Terms(std::chrono::duration<Rep, Period> within) // NOLINT(hicpp-explicit-conversions): most say no more than this
      : answer_within(std::chrono::ceil<std::chrono::milliseconds>(within)) {}

  std::chrono::milliseconds answer_within{0};
  Deadline latest = Deadline::max();          // for the whole exchange, including a channel that must be opened first
  std::optional<Deadline> patient_until;      // until then it waits without a permission; unset: kEveryRequest from now
  std::function<std::shared_ptr<void>()> ask; // permission to wait longer; unset: a waiting place
  bool waits_for_others = false;              // true: a late answer is not the gateway's fault
  bool may_probe = true; // false: this request does not check a silent gateway, because other requests wait behind it
  std::optional<std::uint32_t> loop; // the loop to ask, below kMaxGatewayLoops; unset: the next in turn
  int descriptor = -1;               // goes with the request, and stays the caller's; negative: none
  Follow follow;                     // sends the rest of the request; called again when a kept channel turns out dead
};

// Used by every thread of a child at once.
//
// A gateway has one or more event loops, and a channel leads to one of them. The Hello on each new channel tells the
// gateway's number of loops and its tag.
//
// A gateway is silent when it has left a request without an answer and has answered nobody since. Then every exchange
// ends at once with `timed_out`, except one a second, which checks whether the gateway answers again.
class GatewayClient {
 public:
  // `doors` are descriptors that RetainedGateways owns: first the door of the gateway for new sessions, then the doors
  // of gateways that finish older sessions. `turn` is the loop to begin with, so that children begin with different
  // ones. `places` must outlive the client; if it is null, every thread may wait without a place.
  GatewayClient(const std::vector<int>& doors, std::uint32_t turn, WaitingPlaces* places = nullptr,
                SharedWaits shared = {});

  std::size_t door_count() const { return doors_.size(); }

  // The door of the gateway that made the id, as far as the gateways have told their tags; 0 when none has this tag. It
  // may change with each answer of a gateway. Never waits.
  std::size_t door_of(const protocol::SessionId& session_id) const;
  // A request of a session asks first its `home`, as door_of() has said, then the other doors in their order. Returns
  // the door for that turn, below door_count().
  static std::size_t door_in_turn(std::size_t home, std::size_t turn);
  // How long a request waits in that turn without a permission.
  static std::chrono::milliseconds patience_in_turn(std::size_t turn);
  // The process of the gateway that was last heard of behind `door`; 0: none yet.
  std::uint32_t pid_of(std::size_t door) const { return door < doors_.size() ? doors_[door]->pid.load() : 0; }
  // Whether the gateway behind `door` is known to have made the id.
  bool is_home(std::size_t door, const protocol::SessionId& session_id) const;

  // Gives a channel to the next loop in turn, a kept one or a new one. Waits at most two seconds for each answer of the
  // gateway, and needs a waiting place after `patient_until`. Null on failure; `status` says why.
  // With `loop`, below kMaxGatewayLoops, the channel leads there.
  ChannelLease obtain(std::size_t door, ChannelStatus& status, Deadline patient_until,
                      std::optional<std::uint32_t> loop = std::nullopt);

  // Sends `request`, which any loop or that of the terms can serve, and waits for one answer. When a kept channel turns
  // out dead, a fresh one is tried once. `first`, if not null, is the channel to use.
  Conversation exchange(std::size_t door, const protocol::GatewayMessage& request, Terms terms,
                        ChannelLease first = nullptr);

  // The same, and the whole exchange, including opening a channel, takes no longer than `within`.
  Conversation exchange_within(std::size_t door, const protocol::GatewayMessage& request,
                               std::chrono::milliseconds within);

  // Like exchange(), with the loop that `session_id` names. `descriptor` is sent with the request unless it is
  // negative. For an id of another gateway the answer is Reply 421, and for a loop that the gateway does not have Reply
  // 404, mostly without asking. When `first` leads to another loop it is kept for other requests.
  Conversation exchange_for_session(std::size_t door, const protocol::SessionId& session_id,
                                    const protocol::GatewayMessage& request, Terms terms, int descriptor = -1,
                                    ChannelLease first = nullptr);

  // Whether the gateway has left a request without an answer, and has answered nobody since.
  bool is_silent(std::size_t door) const { return door < doors_.size() && doors_[door]->pulse->is_silent(); }

  // Opens a new channel, which a living gateway answers at once with Hello. Whether that came, within two seconds.
  bool answers(std::size_t door);

  // Keeps a channel whose exchange is complete. Does nothing for null.
  void give_back(std::size_t door, ChannelLease channel);

 private:
  // Where a session is, as its id says.
  struct Home {
    std::uint32_t loop = 0;
    std::uint32_t tag = 0; // 0: any gateway
  };

  // What is kept of one gateway.
  struct Door {
    bool has(const Home& home) const;
    void learn(const protocol::Hello& hello);
    void forget();

    int socket = -1;
    policy::GatewayPulse own_pulse;               // used when there is no shared one
    policy::GatewayPulse* pulse = nullptr;        // whether it answers
    std::atomic<std::uint32_t> loops{0};          // as the gateway last said; 0: not known
    std::atomic<std::uint32_t> tag{0};            // the same, as a number; says nothing while `loops` is 0
    std::atomic<std::uint32_t> pid{0};            // the same
    std::mutex mutex;                             // guards `quiet`
    std::vector<std::vector<ChannelLease>> quiet; // by loop; last used at the back
  };

  // A request and its conditions; it may have to be sent twice.
  struct Words {
    const protocol::GatewayMessage& request;
    std::chrono::milliseconds answer_within;
    int descriptor;
    Deadline latest;
    const Patience& patience;
    bool waits_for_others;
    bool may_probe;
    const Follow& follow;
  };

  // The bounds for opening a new channel.
  struct Bounds {
    Deadline latest = Deadline::max(); // when this is earlier than the other bounds
    const Patience* patience = nullptr;
  };

  static Home home_of(const protocol::SessionId& session_id);
  static bool knows(Door& door, const Home& home, ChannelStatus& status, const Bounds& bounds);
  static ChannelLease obtain_of_loop(Door& door, std::uint32_t loop, ChannelStatus& status, bool fresh,
                                     const Bounds& bounds);
  ChannelLease obtain_in_turn(Door& door, ChannelStatus& status, bool fresh, const Bounds& bounds);
  ChannelLease obtain_of(Door& door, std::optional<std::uint32_t> loop, ChannelStatus& status, bool fresh,
                         const Bounds& bounds);
  static ChannelLease take_kept(Door& door, std::uint32_t loop);
  static void keep(Door& door, ChannelLease channel);
  static ChannelLease knock(Door& door, std::uint32_t loop, ChannelStatus& status, const Bounds& bounds);
  static bool is_open(Door& door, bool may_probe, ChannelStatus& status);
  static void note(Door& door, ChannelStatus status, Deadline began, bool waits_for_others);
  static ChannelStatus say(Door& door, GatewayChannel& channel, const Words& words, protocol::GatewayMessage& answer);
  template <class Obtain>
  static Conversation converse(Door& door, const Words& words, ChannelLease first, Obtain obtain);
  Patience patience_for(Terms& terms) const;
  Patience patience_until(Deadline until) const;

  WaitingPlaces* const places_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::atomic<std::uint32_t> turn_;
};

} // namespace rtmpt_proxy::apache
