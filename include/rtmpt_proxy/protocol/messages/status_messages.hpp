// SPDX-License-Identifier: Apache-2.0
// The messages by which status pages and rtmptctl ask rtmpt-gateway about its sessions, and give it orders.
#pragma once

#include <rtmpt_proxy/protocol/messages/backend_address.hpp>
#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rtmpt_proxy::protocol {

// The form in which the gateway writes its state.
enum class StatusForm : std::uint8_t {
  json = 1,    // docs/monitoring.md
  metrics = 2, // Prometheus' text format
  summary = 3, // name=value lines of a few totals, for mod_status
};

// The condition of a backend in httpd's mod_proxy.
enum class MemberCondition : std::uint8_t {
  ok = 1,
  error = 2,     // failed, and is tried again after retry=
  disabled = 3,  // by balancer-manager or status=+D
  draining = 4,  // takes no new sessions: status=+N
  stopped = 5,   // status=+S
  standby = 6,   // waits until the others are gone: status=+H, +R
  unhealthy = 7, // mod_proxy_hcheck found it down
  unknown = 8,   // not known: httpd was not asked
};

// Whether mod_proxy gives such a backend new sessions. A standby that is well gets them when the others are gone.
constexpr bool takes_sessions(MemberCondition condition) {
  return condition == MemberCondition::ok || condition == MemberCondition::standby;
}

// A backend in httpd's configuration: a balancer member, or the backend that a virtual host names itself.
struct Member {
  std::string server_name; // of its virtual host; empty: of the whole server
  std::string balancer;    // "media" of balancer://media; empty: no balancer's
  BackendAddress backend;
  std::string url; // as the configuration has it, "rtmp://10.0.0.1:1935"
  MemberCondition condition = MemberCondition::ok;
  std::uint32_t weight = 100; // loadfactor in hundredths, as mod_proxy keeps it
  bool operator==(const Member&) const = default;
};

inline constexpr std::size_t kMaxMembers = 4096;
inline constexpr std::size_t kMaxMemberTextBytes = 272; // of each of its four texts: a URL with a name of 253, and more
// Of one member within a message: the texts with their lengths, kind, port, condition and weight.
inline constexpr std::size_t kMaxMemberBytes = 4 * (2 + kMaxMemberTextBytes) + 1 + 2 + 1 + 4;

// Asks for the gateway's state. Answered by StatusPiece messages up to the last one.
struct AskStatus {
  StatusForm form = StatusForm::json;
  std::string server_name;      // of httpd's virtual host that asks
  bool control_allowed = false; // repeated in the answer, so that a page knows it
  std::vector<Member> members;  // at most kMaxMembers; repeated in the answer, with the sessions of each
  bool operator==(const AskStatus&) const = default;
};

inline constexpr std::size_t kMaxStatusPieceBytes = 128u << 10;

// The next piece of the state, in the requested form. A piece is made when the asker has taken the one before. When the
// channel ends before the last piece, the rest does not come.
struct StatusPiece {
  std::string bytes; // at most kMaxStatusPieceBytes
  bool last = false;
  bool operator==(const StatusPiece&) const = default;
};

// The longest ban. A longer one is for the configuration, which outlives the gateway.
inline constexpr std::chrono::seconds kMaxBan{7 * 24 * 3600};

// Ends the session with this name. Answered by Done.
struct EndSession {
  SessionName session_name;
  // For so long its client's address can open no session at the session's virtual host, nor publish there; and what the
  // session published, if it published, nobody can. 0: only the session ends. At most kMaxBan.
  std::chrono::milliseconds ban{0};
  bool operator==(const EndSession&) const = default;
};

// Lifts the ban of this number, as the state lists it; 0: all bans. Answered by Done, which says whether there was one.
struct LiftBan {
  std::uint64_t number = 0;
  bool operator==(const LiftBan&) const = default;
};

// From now on no new session goes to this backend, or new sessions may go there again. Holds until the gateway ends.
// Answered by Done.
struct DrainBackend {
  BackendAddress backend;
  bool drained = true;
  bool operator==(const DrainBackend&) const = default;
};

struct Done {
  bool found = false; // the named thing exists, and it is done
  bool operator==(const Done&) const = default;
};

} // namespace rtmpt_proxy::protocol
