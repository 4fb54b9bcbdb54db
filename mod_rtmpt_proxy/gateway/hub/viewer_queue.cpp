// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/viewer_queue.hpp"

#include <rtmpt_proxy/protocol/media/flv_writer.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

using protocol::Segment;
using protocol::SharedSegment;

namespace {

std::array<std::string_view, 2> parts_of(ViewerForm form, const protocol::FlvForm& flv) {
  switch (form) {
  case ViewerForm::flv_chunked: return {flv.chunk, std::string_view()};
  case ViewerForm::flv_websocket: return {flv.websocket_header, flv.tags()};
  case ViewerForm::flv:
  case ViewerForm::rtmp: break;
  }
  return {flv.tags(), std::string_view()};
}

// How much may wait when `waiting_bytes` do and the viewer is not slow.
std::size_t with_room(std::size_t waiting_bytes) {
  return waiting_bytes + std::clamp(waiting_bytes, ViewerQueue::kLeastLimitBytes, ViewerQueue::kMostLimitBytes / 2);
}

} // namespace

ViewerQueue::Item ViewerQueue::item_of(const SharedSegment& segment) const {
  if (form_ == ViewerForm::rtmp) return {segment, {segment->rtmp, std::string_view()}, segment};
  return {segment, parts_of(form_, segment->flv()), segment};
}

ViewerQueue::Item ViewerQueue::own_item(const std::string& text) const {
  const auto flv = std::make_shared<const protocol::FlvForm>(protocol::flv_form(text));
  return {flv, parts_of(form_, *flv), nullptr};
}

void ViewerQueue::begin(const std::vector<SharedSegment>& kept) {
  for (const SharedSegment& segment : kept)
    take(segment);
  make_room();
}

void ViewerQueue::offer(const SharedSegment& segment) {
  // While FLV is held, that much waits is not the viewer's doing.
  if (take(segment) && held_bytes() > (has_begun_ ? limit_bytes_ : std::max(limit_bytes_, kMostLimitBytes)))
    fall_back();
}

// False: the viewer does not get it.
bool ViewerQueue::take(const SharedSegment& segment) {
  if (segment->number <= last_number_) return false;
  const bool has_gap = last_number_ != 0 && segment->number != last_number_ + 1;
  last_number_ = segment->number;
  watch_limit(*segment);
  if (has_gap) pass_gap();
  if (segment->is_first) change_publisher();
  if (!has_entered_ && !may_enter(*segment)) {
    pictures_left_out_ += segment->pictures;
    return false;
  }
  if (!has_entered_) enter(*segment);
  insert(items_.size(), item_of(segment));
  if (!has_begun_) {
    start_flv();
    if (has_begun_) make_room();
  }
  return true;
}

// What another publisher sends before its first entrance cannot be shown. What is held of the one before is left out:
// FLV's beginning has to be that of the new one.
void ViewerQueue::change_publisher() {
  has_entered_ = false;
  if (!has_begun_) leave_out(0, items_.size());
}

// The loop was too busy, see StreamMailbox. FLV's beginning must not have the headers of another time.
void ViewerQueue::pass_gap() {
  ++jumps_;
  has_entered_ = false;
  if (!has_begun_) leave_out(0, items_.size());
}

bool ViewerQueue::may_enter(const Segment& segment) {
  if (segment.is_entrance) return true;
  if (segment.is_first || !waits_since_) waits_since_ = segment.time;
  return segment.time >= *waits_since_ + kLongestWaitMs;
}

// The viewer gets on at `segment`. FLV that has not begun has its headers at its beginning.
void ViewerQueue::enter(const Segment& segment) {
  has_entered_ = true;
  waits_since_.reset();
  if (has_begun_ && headers_ != segment.headers) put_headers(items_.size(), segment);
}

void ViewerQueue::put_headers(std::size_t at, const Segment& segment) {
  headers_ = segment.headers;
  if (Item item = headers_item(segment); item.keeps) insert(at, std::move(item));
}

// Without an owner: there are none.
ViewerQueue::Item ViewerQueue::headers_item(const Segment& segment) const {
  if (form_ != ViewerForm::rtmp)
    return own_item(flv_headers(*segment.headers, segment.has_sound, segment.has_pictures, segment.time));
  const SharedSegment start = start_of_viewer(*segment.headers, segment.time);
  return start ? Item{start, {start->rtmp, std::string_view()}, nullptr} : Item{};
}

// FLV's beginning goes in front of what waits, once the newest segment there says what to announce. Before that, what
// waits begins with a segment.
void ViewerQueue::start_flv() {
  if (has_begun_ || items_.empty() || !items_.back().segment->is_settled) return;
  const Segment& first = *items_.front().segment;
  const Segment& newest = *items_.back().segment;
  has_begun_ = true;
  headers_ = first.headers;
  Item start = own_item(flv_start(*headers_, newest.has_sound, newest.has_pictures, first.time));
  start.is_start = true;
  insert(0, std::move(start));
}

void ViewerQueue::insert(std::size_t at, Item item) {
  waiting_bytes_ += item.bytes();
  more_bytes_ += item.more_bytes();
  limit_bytes_ = std::max(limit_bytes_, std::min(2 * (item.bytes() + item.more_bytes()), kMostLimitBytes));
  items_.insert(items_.begin() + static_cast<std::ptrdiff_t>(at), std::move(item));
}

std::array<std::string_view, 2> ViewerQueue::parts() const {
  if (!has_bytes()) return {};
  auto [first, second] = items_.front().parts;
  const std::size_t of_first = std::min(sent_bytes_, first.size());
  return {first.substr(of_first), second.substr(sent_bytes_ - of_first)};
}

void ViewerQueue::advance(std::size_t bytes) {
  sent_bytes_ += bytes;
  while (!items_.empty() && sent_bytes_ >= items_.front().bytes()) {
    sent_bytes_ -= items_.front().bytes();
    waiting_bytes_ -= items_.front().bytes();
    more_bytes_ -= items_.front().more_bytes();
    items_.pop_front();
  }
}

void ViewerQueue::watch_limit(const Segment& segment) {
  if (segment.is_entrance && segment.has_pictures) {
    const std::size_t wanted = std::min(2 * std::exchange(since_entrance_bytes_, 0), kMostLimitBytes);
    const std::size_t in_use = std::min(limit_bytes_, with_room(held_bytes()));
    limit_bytes_ = std::max({kLeastLimitBytes, limit_bytes_ / 2, in_use, wanted});
  }
  since_entrance_bytes_ += segment.bytes();
}

// What waits now has come at once. That is no sign of a slow viewer.
void ViewerQueue::make_room() {
  limit_bytes_ = std::max(limit_bytes_, with_room(held_bytes()));
}

// Goes on at the last entrance that waits. When that is the first of what waits, or still too far behind, at the next
// one that comes. The newest segment stays when nothing but headers is in front of it, and so does a newest entrance:
// nothing that comes later brings the viewer further.
void ViewerQueue::fall_back() {
  const std::size_t begin = is_within_segment() ? 1 : 0; // of what may be left out
  std::size_t first = begin;
  while (!items_[first].segment)
    ++first;
  const std::size_t newest = items_.size() - 1;
  if (first == newest) return;
  std::size_t entrance = items_.size();
  std::size_t behind_bytes = 0;
  while (entrance > first) {
    --entrance;
    behind_bytes += items_[entrance].bytes() + items_[entrance].more_bytes();
    if (items_[entrance].segment && items_[entrance].segment->is_entrance) break;
  }
  ++jumps_;
  if (entrance == first || (entrance < newest && behind_bytes > limit_bytes_)) {
    leave_out(begin, items_.size());
    has_entered_ = false;
    return;
  }
  leave_out(begin, entrance);
  const SharedSegment next = items_[begin].segment;
  start_flv();
  if (has_begun_ && headers_ != next->headers) put_headers(begin, *next);
}

void ViewerQueue::leave_out(std::size_t from, std::size_t to) {
  for (std::size_t at = from; at < to; ++at) {
    const Item& item = items_[at];
    waiting_bytes_ -= item.bytes();
    more_bytes_ -= item.more_bytes();
    if (item.segment) {
      pictures_left_out_ += item.segment->pictures;
      continue;
    }
    headers_.reset(); // they must be sent again
    if (item.is_start) has_begun_ = false;
  }
  const auto begin = items_.begin();
  items_.erase(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to));
}

} // namespace rtmpt_proxy::gateway
