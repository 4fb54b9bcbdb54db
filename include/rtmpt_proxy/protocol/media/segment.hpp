// SPDX-License-Identifier: Apache-2.0
// A piece of a stream as it goes to viewers: some messages, written once for all of them.
#pragma once

#include <rtmpt_proxy/protocol/media/media_message.hpp>
#include <rtmpt_proxy/protocol/media/stream_headers.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::protocol {

// The message stream of everything that viewers get.
inline constexpr std::uint32_t kViewersMessageStream = 1;

// FLV tags as each kind of viewer gets them.
struct FlvForm {
  std::string chunk;            // for HTTP/1.1: the line with the length, the tags, the end of the line
  std::string websocket_header; // of a frame with the tags
  std::size_t tags_begin = 0;
  std::size_t tags_bytes = 0;
  std::string_view tags() const { return std::string_view(chunk).substr(tags_begin, tags_bytes); }
};

// Makes the forms of these tags.
FlvForm flv_form(std::string_view tags);

// One message in a segment. Small, because there may be many: a message of sound may have a single byte.
struct SegmentMessage {
  std::uint32_t payload_begin = 0; // where its first chunk's payload begins in Segment::rtmp
  std::uint32_t payload_bytes = 0;
  std::uint32_t time = 0;
  MediaKind kind = MediaKind::data;
};

// Not changed any more once it is shared: then every thread may read it.
class Segment {
 public:
  std::uint64_t number = 0; // greater than that of every segment of the stream before it
  // A viewer may begin here, after what start_of_viewer() gives: it begins with a key frame, or the stream has
  // sound alone.
  bool is_entrance = false;
  // The first of a publisher: what comes before its first entrance is of no use to a viewer of the publisher before.
  bool is_first = false;
  bool has_sound = false; // these two: such messages have come from the publisher, in this segment or before it
  bool has_pictures = false;
  // The publisher has sent both, or had a second's time to do so: what is missing now is not expected.
  bool is_settled = false;
  std::uint64_t time = 0;                       // of its first message, in ms of the stream's TimeLine
  std::size_t pictures = 0;                     // how many it has
  std::shared_ptr<const StreamHeaders> headers; // in force where it begins
  std::size_t header_bytes = 0;                 // of them, which no segment before it has
  std::string rtmp;                             // its messages as append_message() writes them
  std::vector<SegmentMessage> messages;         // where they are in `rtmp`

  // Its messages as tags. Made when they are first asked for. May be called in every thread.
  const FlvForm& flv() const;

  // What it takes of memory: without tags, and with them when they have been made. May be called in every thread.
  std::size_t bytes() const;
  std::size_t held_bytes() const;

 private:
  mutable std::once_flag flv_made_;
  mutable FlvForm flv_;
  mutable std::atomic<std::size_t> flv_bytes_{0};
};

using SharedSegment = std::shared_ptr<const Segment>;

// Appends a message to a segment that is not shared yet.
void append_to(Segment& segment, MediaKind kind, std::uint32_t time, std::string_view payload);

// What a viewer gets in front of a segment: `headers`, with the time of its first message. Null when there are none.
SharedSegment start_of_viewer(const StreamHeaders& headers, std::uint64_t time);

} // namespace rtmpt_proxy::protocol
