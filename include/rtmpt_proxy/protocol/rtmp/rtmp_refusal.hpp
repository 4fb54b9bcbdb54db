// SPDX-License-Identifier: Apache-2.0
// The answers by which a client learns that its connect, publish or play is refused (Adobe, "RTMP specification 1.0",
// 7.2.1.1 and 7.2.2), each a message of type 20 in one chunk:
//
//   connect        "_error", transaction id, null, {level, code, description}
//   publish, play  "onStatus", 0, null, {level, code, description}, on the command's message stream
//
// With the words below the payload has at most 128 bytes, the chunk size at a connection's beginning, so that it is one
// chunk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

enum class RefusalWords : std::uint8_t {
  access_denied,  // "Access denied."
  no_application, // "No such application here."
  unavailable,    // "Server is not available."
  in_use,         // "Already publishing."
  too_many,       // "Too many viewers."
  too_fast,       // "Bit rate over the limit."
  taken_over,     // "Taken over."
};

// The description that clients show: ffmpeg and GStreamer in their messages, OBS Studio in its window.
std::string_view to_string(RefusalWords words);

// For the status of an answer of httpd, 400 or above: 401 and 403 deny access; 404, 405 and 421 (of another virtual
// host) know no such application; all others are faults of the server.
RefusalWords words_for_status(std::uint16_t status);

// Refuses the connect with that transaction id: NetConnection.Connect.Rejected.
std::string connect_refusal(double transaction_id, RefusalWords words);
// The same with a description of its own, at most 1024 bytes of it, in chunks of 128 bytes.
std::string connect_refusal(double transaction_id, std::string_view description);

// Refuses the publish or play that came on that message stream: NetStream.Publish.Denied, or for in_use
// NetStream.Publish.BadName; NetStream.Play.Failed. Also ends one that was allowed before.
std::string publish_refusal(std::uint32_t message_stream, RefusalWords words);
std::string play_refusal(std::uint32_t message_stream, RefusalWords words);

} // namespace rtmpt_proxy::protocol
