// SPDX-License-Identifier: Apache-2.0
// What httpd's parent remembers about the gateways that it has started, through graceful and restart.
//
// httpd keeps these bytes while it unloads the module and loads it again, perhaps in another version: plain C layout,
// no pointers to code or to the module's own data. A change of the layout needs a new kGatewaysKey.
#pragma once

#include "module/link/gateway_board.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace rtmpt_proxy::apache {

inline constexpr const char* kGatewaysKey = "rtmpt_proxy_gateways_4";
inline constexpr std::size_t kMaxGatewayPathBytes = 4096;
inline constexpr std::size_t kMaxGatewayVersionBytes = 64;
inline constexpr std::size_t kCountedStarts = 3;

// One gateway. A slot without a door is empty. A slot with a door and without a pid waits for the next start of its
// gateway.
// Which file a gateway was started from: an upgrade leaves another one at the same path. All zero: there is none.
struct GatewayFile {
  dev_t device;
  ino_t inode;
  std::int64_t changed_at_seconds; // its contents, by the system's clock
  std::int64_t changed_at_nanoseconds;

  bool operator==(const GatewayFile&) const = default;
};

struct GatewaySlot {
  pid_t pid;             // 0: not running
  int door_children_end; // SOCK_SEQPACKET, inherited by children
  int door_gateways_end; // kept so that a new process can take the same door over
  int lifeline;          // the parent's end; its closing ends the gateway
  std::uint32_t threads; // event loops it was started with
  uid_t user;            // the user that it was started as
  gid_t group;
  bool is_secluded;         // as its Hello says: only then it gets keys
  bool lifeline_is_garbled; // a message was not sent to its end: nothing more is sent by it
  GatewayFile file;
  char path[kMaxGatewayPathBytes];
  char version[kMaxGatewayVersionBytes];
};

struct RetainedGateways {
  bool initialised;
  bool restart_due; // an attempt to start waits for the monitor hook
  pid_t parent_pid;
  GatewayBoard* board;            // the parent's mapping; null in children
  const GatewayBoard* board_view; // the children's mapping of the same
  GatewayCondition condition;     // what the board says, in memory that is the parent's alone
  char failure[kMaxFailureBytes]; // the reason on the board, in the parent's own memory too; ends with a zero byte
  GatewaySlot current;
  std::array<GatewaySlot, kMaxRetiringGateways> retiring;
  std::array<std::int64_t, kCountedStarts> start_times; // seconds of the monotonic clock, newest first; 0: none
};

// The record of this process, or of the parent that it was forked from. Null when there is none yet.
RetainedGateways* find_retained_gateways();

// The same, made when it is not there. Null when there is no shared memory, with errno set. For the parent only.
RetainedGateways* make_retained_gateways();

void clear_slot(GatewaySlot& slot); // forgets; closes nothing
void close_slot(GatewaySlot& slot); // closes its descriptors and forgets

// Tells every child; `failure` is kept when `condition` is failed. For the parent only.
void post_condition(RetainedGateways& retained, GatewayCondition condition, std::string_view failure = {});

// Tells every child which processes are gateways: whom it believes what they say of clients. For the parent only, each
// time that a gateway begins or has ended, and before a new one can connect to httpd.
void post_gateways(RetainedGateways& retained);

// In a child: closes and forgets the descriptors that only the parent may hold. If a child held a lifeline, it would
// stay open after the end of the parent.
void close_parents_ends(RetainedGateways& retained);

// The doors a child may use: the current gateway's first, then those of retiring ones.
std::vector<int> children_doors(const RetainedGateways& retained);

} // namespace rtmpt_proxy::apache
