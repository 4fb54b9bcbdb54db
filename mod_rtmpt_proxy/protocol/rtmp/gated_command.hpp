// SPDX-License-Identifier: Apache-2.0
// A client's command, read so that every media server understands the same by it, or not at all.
#pragma once

#include "protocol/rtmp/rtmp_command.hpp"

#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::protocol {

enum class StrictCommandKind : std::uint8_t {
  other,
  bad, // cannot be read, or not in one way only
  connect,
  publish,
  play,
  play2,
  announce,      // releaseStream or FCPublish: some media servers publish under its name
  end_announced, // FCUnpublish: SRS publishes under its name as well
  close_stream,
  delete_stream,
};

// Commands that a media server must not get before it is decided about them, or that change what is decided about.
// Lower-case, as may_have_name() wants them.
inline constexpr std::array<std::string_view, 7> kWithheldNames{"connect",       "publish",   "play",       "play2",
                                                                "releasestream", "fcpublish", "fcunpublish"};

struct StrictCommand {
  StrictCommandKind kind = StrictCommandKind::other;
  double transaction_id = 0;
  // Of publish, play, play2, announce and end_announced. Unset when there is none: publish(false), which ends a
  // publishing, or releaseStream and its like without a name. Play always has one.
  std::optional<std::string_view> stream_name;
  std::string_view publish_type;               // of publish; empty when it is none of the usual ones
  std::optional<std::uint32_t> message_stream; // of deleteStream; unset when it names none, as GStreamer's does
  RtmpCommand connect;
};

// Reads the command that `chunks` has just announced. Its texts point into the message.
StrictCommand read_strictly(const RtmpChunkReader& chunks);

} // namespace rtmpt_proxy::protocol
