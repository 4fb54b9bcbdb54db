// A child's way to rtmpt-gateway: channels obtained through the doors that the parent left open, kept for reuse.
#pragma once

#include "local/gateway_channel.hpp"
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

// A request's hold on one channel. Returned to its client with give_back() when an exchange ended in good order; else
// its destruction closes the channel.
using ChannelLease = std::unique_ptr<GatewayChannel>;

// What came of an exchange; `answer` is there when `status` is ok, and so is `channel` unless the answer needed none.
struct Conversation {
  ChannelStatus status = ChannelStatus::lost;
  protocol::GatewayMessage answer;
  ChannelLease channel;
};

// How long any request waits for the gateway before it needs a leave: a busy machine's gateway takes less, and a page
// that is behind such a request still comes within half a second.
inline constexpr std::chrono::milliseconds kPatience{300};

// Sends what belongs to a request, before the answer is awaited.
using Follow = std::function<ChannelStatus(GatewayChannel&)>;

// Under which terms a request waits for its answer.
struct Terms {
  Terms() = default;
  template <class Rep, class Period>
  Terms(std::chrono::duration<Rep, Period> within) // NOLINT(hicpp-explicit-conversions): most say no more than this
      : answer_within(std::chrono::ceil<std::chrono::milliseconds>(within)) {}

  std::chrono::milliseconds answer_within{0};
  Deadline latest = Deadline::max();            // for all of it, with a channel that must be made first or made anew
  std::chrono::milliseconds expected_within{0}; // the gateway may well take so long; patience begins after it
  std::optional<Deadline> patient_until;        // instead of what follows from the above
  std::function<std::shared_ptr<void>()> ask;   // the leave to wait longer; unset: a place of the child's
  bool waits_for_others = false;                // the answer may come late through no fault of the gateway's
  bool may_probe = true; // false: a silent gateway is not asked by this request, for others wait behind it
  Follow follow;         // what belongs to the request; called again when a kept channel turns out dead
};

// Used by every thread of a child at once.
//
// A gateway has one or more event loops, and a channel leads to one of them. A gateway's number of loops and its tag
// are learnt from the Hello on each new channel.
//
// A gateway that leaves a request without an answer, while it answers nobody else, is silent: from then on every
// exchange ends at once with `timed_out`, but for one a second that asks whether it answers again.
class GatewayClient {
 public:
  // Descriptors of doors, which stay the parent's record's: the gateway for new sessions first, then those that finish
  // older sessions. The children of one httpd begin with different loops when their `turn` differs. `places` outlives
  // the client; without them every thread may wait as long as it likes.
  GatewayClient(const std::vector<int>& doors, std::uint32_t turn, WaitingPlaces* places = nullptr,
                SharedWaits shared = {});

  std::size_t door_count() const { return doors_.size(); }

  // A channel ready for an exchange, of the loop whose turn it is: a kept one, or a new one. Waits at most two seconds
  // for each answer of a gateway that does not give it, and needs a place after `patient_until`. Null with `status`
  // saying why.
  ChannelLease obtain(std::size_t door, ChannelStatus& status, Deadline patient_until);

  // Sends `request`, which any loop can serve, and waits for one answer. A kept channel that turns out dead is replaced
  // by a fresh one, once. `first` is used first when it is not null.
  Conversation exchange(std::size_t door, const protocol::GatewayMessage& request, Terms terms,
                        ChannelLease first = nullptr);

  // The same, but all of it, with a channel that must be made first or made anew, takes no longer than `within`.
  Conversation exchange_within(std::size_t door, const protocol::GatewayMessage& request,
                               std::chrono::milliseconds within);

  // The same as exchange() with the loop whose session `session_id` is; `descriptor` goes along unless negative. An id
  // of another gateway is answered as the gateway would answer it, mostly without asking it: Reply 421; and one of a
  // loop that the gateway has not: Reply 404. `first` is kept for others when it leads to another loop.
  Conversation exchange_for_session(std::size_t door, std::string_view session_id,
                                    const protocol::GatewayMessage& request, Terms terms, int descriptor = -1,
                                    ChannelLease first = nullptr);

  // Whether the gateway has left a request without an answer, and has answered nobody since.
  bool is_silent(std::size_t door) const { return door < doors_.size() && doors_[door]->pulse->is_silent(); }

  // Whether the gateway gives the one answer that it always gives at once, to a new channel. Waits two seconds at most.
  bool answers(std::size_t door);

  // Keeps a channel whose exchange is complete. Null is nothing to keep.
  void give_back(std::size_t door, ChannelLease channel);

 private:
  // Where a session is, as its id says.
  struct Home {
    std::uint32_t loop = 0;
    std::uint32_t tag = 0; // 0: at whatever gateway
  };

  // What is kept of one gateway.
  struct Door {
    bool has(const Home& home) const;
    void learn(const protocol::Hello& hello);
    void forget();

    int socket = -1;
    policy::GatewayPulse own_pulse;               // where there is no shared one
    policy::GatewayPulse* pulse = nullptr;        // whether it answers
    std::atomic<std::uint32_t> loops{0};          // as the gateway last said; 0: not known
    std::atomic<std::uint32_t> tag{0};            // the same, as a number; says nothing while `loops` is 0
    std::mutex mutex;                             // guards `quiet`
    std::vector<std::vector<ChannelLease>> quiet; // by loop; last used at the back
  };

  // What is to be said, perhaps twice.
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

  // What a new channel has to heed.
  struct Bounds {
    Deadline latest = Deadline::max(); // if that is sooner than elsewhere
    const Patience* patience = nullptr;
  };

  static bool knows(Door& door, const Home& home, ChannelStatus& status, const Bounds& bounds);
  static ChannelLease obtain_of_loop(Door& door, std::uint32_t loop, ChannelStatus& status, bool fresh,
                                     const Bounds& bounds);
  ChannelLease obtain_in_turn(Door& door, ChannelStatus& status, bool fresh, const Bounds& bounds);
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
