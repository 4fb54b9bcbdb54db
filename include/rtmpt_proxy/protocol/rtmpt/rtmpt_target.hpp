// SPDX-License-Identifier: Apache-2.0
// RTMPT request targets: the paths of a client's POST requests.
//
//   /open/1              a new session                     Adobe RTMPT, ffmpeg rtmphttp.c, librtmp
//   /send/<id>/<n>       client bytes, any waiting bytes back
//   /idle/<id>/<n>       only bytes back                   (old HaishinKit posts /idel/)
//   /close/<id>[/<n>]    the end                           (RootEncoder and HaishinKit leave out <n>)
//   /fcs/ident[2]        Flash and RootEncoder ask first; answered 404
//
// <id> has the one form that the gateway's ids have (session_loop.hpp). What lacks it is no target of the tunnel: a
// site may have a /send/newsletter or a /close/my-account of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::protocol {

enum class TunnelRequestKind : std::uint8_t { ident, open, send, idle, close };

// The lower-case name of `kind`, as it stands in the target ("send").
std::string_view to_string(TunnelRequestKind kind);

struct RtmptTarget {
  TunnelRequestKind kind = TunnelRequestKind::ident;
  std::string_view session_id;                  // points into the parsed text; empty for ident and open
  std::optional<std::uint32_t> sequence_number; // always set for send and idle; may be unset for close
};

enum class TargetError : std::uint8_t {
  none,
  not_a_tunnel_target, // the site's other handlers serve the request
  too_long,            // over kMaxTargetBytes: answer 400
  bad_sequence_number, // missing (send, idle), not decimal digits, or over 32 bits: answer 400
};

// A short sentence for a log ("the target is over 256 bytes").
std::string_view to_string(TargetError error);

inline constexpr std::size_t kMaxTargetBytes = 256;

struct TargetResult {
  TargetError error = TargetError::none;
  RtmptTarget target; // meaningful when error is none; `kind` is also right for every error but not_a_tunnel_target
};

// Parses the path of a request target in its raw form (nothing percent-decoded). A query ("?...") is ignored but
// counts towards the length. `/open/1`, `/fcs/ident` and `/fcs/ident2` match exactly.
TargetResult parse_rtmpt_target(std::string_view path);

// Whether `path` belongs to the tunnel at all: the claim of the module on a POST. True also for a target of which
// parse_rtmpt_target reports an error other than not_a_tunnel_target.
bool is_tunnel_target(std::string_view path);

} // namespace rtmpt_proxy::protocol
