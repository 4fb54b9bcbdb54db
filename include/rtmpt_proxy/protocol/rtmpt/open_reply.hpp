// SPDX-License-Identifier: Apache-2.0
// The answer of an RTMPT server to POST /open/1: the body of the 200 reply is the session id and one newline, without
// a polling interval byte (Red5's SPEC-RTMPT; Red5, crtmpserver and node-rtsp-rtmp-server all send "<id>\n").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::protocol {

inline constexpr std::size_t kMaxOpenReplyBytes = 256; // the most bytes of a body that need to be kept
inline constexpr std::size_t kMaxBackendSessionIdBytes = 128;

enum class OpenReplyError : std::uint8_t {
  none,
  empty,         // nothing, or nothing but blanks and line ends
  too_long,      // the id is over kMaxBackendSessionIdBytes, or the body over kMaxOpenReplyBytes
  odd_character, // one that a URL's path segment cannot carry as it is, or the id is "." or ".."
};

// A short sentence for a log ("the session id is empty"); it quotes nothing of the server's text.
std::string_view to_string(OpenReplyError error);

struct OpenReplyResult {
  std::string_view session_id; // points into the parsed body; empty when there is an error
  OpenReplyError error = OpenReplyError::none;
};

// Takes the complete body. The id is what stands before the blanks, CRs and LFs at the body's end (the rule is one
// newline; ffmpeg trims white space): 1 to 128 of A-Z a-z 0-9 - . _ ~ = + : @ , ; ! $ * ' ( ), all of which may stand
// in a path segment without encoding (RFC 3986 3.3). "." and ".." may not: in a path they mean another place.
OpenReplyResult parse_open_reply(std::string_view body);

} // namespace rtmpt_proxy::protocol
