// SPDX-License-Identifier: Apache-2.0
// What waits for one viewer: segments that it shares with all others, and its place in them.
#pragma once

#include <rtmpt_proxy/protocol/media/segment.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

// In which form a viewer gets a stream.
enum class ViewerForm : std::uint8_t {
  rtmp,
  flv,           // FLV tags and nothing else
  flv_chunked,   // in chunks of HTTP/1.1
  flv_websocket, // in binary messages of WebSocket
};

//   offer() ──► [ segment | segment | ... ] ──► parts(), advance()
//
// A viewer begins at an entrance, behind the headers in force there. One that falls behind, so that more than
// limit_bytes() wait, goes on at the last entrance that waits, or, when there is none that is near enough, at the next
// one. Where none comes for kLongestWaitMs of the stream, as from encoders that refresh their pictures without key
// frames, it goes on anywhere. It gets whole segments: the rest of one that it has got a part of is never dropped. What
// a segment holds besides its bytes counts as if it waited, too; but not the other form, FLV or RTMP, which is as
// large.
//
// A viewer of FLV is told at its beginning whether there are sound and pictures. So what it gets is held until that is
// known: Segment::is_settled; what is held of a publisher is left out when the next one comes. Where the beginning is
// left out, a new one is made for what the viewer goes on with. Not thread-safe.
class ViewerQueue {
 public:
  // So much may wait; or twice what lay between the last two entrances, or twice the largest segment, up to
  // kMostLimitBytes. More may wait only of what came at once, kept for a viewer who joins, or held: then that, and up
  // to half of kMostLimitBytes more, until it has been sent.
  static constexpr std::size_t kLeastLimitBytes = 262144;
  static constexpr std::size_t kMostLimitBytes = std::size_t{16} << 20;

  static constexpr std::uint64_t kLongestWaitMs = 10000;

  explicit ViewerQueue(ViewerForm form) : form_(form), has_begun_(form == ViewerForm::rtmp) {}

  // Takes the segments since the last entrance, which were kept for viewers who join, all of them. Called once, before
  // offer().
  void begin(const std::vector<protocol::SharedSegment>& kept);
  // Takes the next segment of the stream. One that is not newer than those before it is passed over.
  void offer(const protocol::SharedSegment& segment);

  // Whether the viewer may be sent something now.
  bool has_bytes() const { return !items_.empty() && has_begun_; }
  // What may be sent next, in up to two parts. Valid until the next call that is not const.
  std::array<std::string_view, 2> parts() const;
  // So many bytes of it were sent.
  void advance(std::size_t bytes);
  // Whether a part of a segment was sent, and its rest was not.
  bool is_within_segment() const { return sent_bytes_ > 0; }

  std::size_t waiting_bytes() const { return waiting_bytes_ - sent_bytes_; }
  std::size_t limit_bytes() const { return limit_bytes_; }
  // How often it had to go on at an entrance, and how many pictures were left out.
  std::uint64_t jumps() const { return jumps_; }
  std::uint64_t pictures_left_out() const { return pictures_left_out_; }

 private:
  std::size_t held_bytes() const { return waiting_bytes() + more_bytes_; }

  struct Item {
    std::shared_ptr<const void> keeps; // the owner of the bytes
    std::array<std::string_view, 2> parts;
    protocol::SharedSegment segment; // null: headers
    bool is_start = false;           // FLV's beginning, with headers
    std::size_t bytes() const { return parts[0].size() + parts[1].size(); }
    std::size_t more_bytes() const { return segment ? segment->bytes() - segment->rtmp.size() : 0; } // see above
  };

  Item item_of(const protocol::SharedSegment& segment) const;
  Item own_item(const std::string& text) const;
  bool take(const protocol::SharedSegment& segment);
  void change_publisher();
  void pass_gap();
  bool may_enter(const protocol::Segment& segment);
  void enter(const protocol::Segment& segment);
  void put_headers(std::size_t at, const protocol::Segment& segment);
  Item headers_item(const protocol::Segment& segment) const;
  void start_flv();
  void insert(std::size_t at, Item item);
  void watch_limit(const protocol::Segment& segment);
  void make_room();
  void fall_back();
  void leave_out(std::size_t from, std::size_t to);

  const ViewerForm form_;
  std::deque<Item> items_;
  std::size_t waiting_bytes_ = 0; // of all items, sent_bytes_ too
  std::size_t more_bytes_ = 0;    // of all items
  std::size_t sent_bytes_ = 0;    // of the first item
  std::size_t limit_bytes_ = kLeastLimitBytes;
  std::size_t since_entrance_bytes_ = 0;
  std::uint64_t last_number_ = 0;
  std::optional<std::uint64_t> waits_since_; // the time of the first segment that was no entrance
  std::uint64_t jumps_ = 0;
  std::uint64_t pictures_left_out_ = 0;
  std::shared_ptr<const protocol::StreamHeaders> headers_; // that the viewer has got; null: none
  bool has_entered_ = false;                               // it gets what comes; otherwise it waits for an entrance
  bool has_begun_;                                         // FLV: its beginning waits or was sent; RTMP has none
};

} // namespace rtmpt_proxy::gateway
