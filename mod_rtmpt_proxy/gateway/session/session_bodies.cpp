// SPDX-License-Identifier: Apache-2.0
// Sends whose bodies arrive in pieces. The pieces go to the backend as they arrive. When a body was cut off and its
// sequence number comes again, the body continues where it ended.
#include "gateway/session/session.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

// A client that was stopped may send again when there is this much room, so that a full buffer does not fill in tiny
// pieces.
constexpr std::size_t kBodyRoomBytes = 16384;
constexpr std::size_t kBodyRoomShare = 4; // for a small buffer: this part of it

} // namespace

// Whether the body that flows just now is the one of this exchange's send.
bool Session::takes_body_of(const Exchange& exchange) const {
  return sending_ && sending_->body_comes && sending_->exchange == &exchange;
}

// Whether it is the rival of the body that flows just now.
bool Session::waits_as_rival(const Exchange& exchange) const {
  return sending_ && sending_->body_comes && sending_->rival.exchange == &exchange;
}

void Session::open_body(WaitingRequest& request, std::uint64_t delivered_bytes, TimePoint now) {
  if (!backend_open_) return answer_with_data(request, false, now);
  request.delivered_bytes = delivered_bytes;
  request.skip_bytes = delivered_bytes;
  request.progress = now;
  sending_ = std::move(request);
}

std::size_t Session::least_body_room() const {
  return std::max<std::size_t>(1, std::min(kBodyRoomBytes, terms_.buffer_bytes / kBodyRoomShare));
}

std::size_t Session::body_room_bytes(const Exchange& exchange) {
  constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
  if (!takes_body_of(exchange)) return waits_as_rival(exchange) || waiting_.find(exchange) ? 0 : kAny;
  if (sending_->skip_bytes > 0) return static_cast<std::size_t>(std::min<std::uint64_t>(sending_->skip_bytes, kAny));
  const std::size_t room = to_backend_.room_bytes();
  sending_->lacks_room = room < least_body_room();
  return sending_->lacks_room ? 0 : room;
}

void Session::take_body(const Exchange& exchange, std::string_view piece, TimePoint now) {
  if (!takes_body_of(exchange) || piece.empty()) return;
  last_request_ = now;
  sending_->progress = now;
  if (sending_->wait_limit) sending_->answer_by = now + *sending_->wait_limit;
  const auto known = static_cast<std::size_t>(std::min<std::uint64_t>(sending_->skip_bytes, piece.size()));
  sending_->skip_bytes -= known;
  sending_->delivered_bytes += deliver(piece.substr(known));
}

void Session::end_body(const Exchange& exchange, TimePoint now) {
  if (takes_body_of(exchange)) return complete_send(now);
  if (waits_as_rival(exchange)) {
    // A rival gives no bytes, so all that its body had were delivered before it became one. It is the living one.
    std::swap(sending_->exchange, sending_->rival.exchange);
    return complete_send(now);
  }
  // Before its turn a send cannot give bytes, so a body that ends here is empty.
  if (WaitingRequest* const waiting = waiting_.find(exchange)) waiting->body_comes = false;
}

void Session::complete_send(TimePoint now) {
  const WaitingRequest whole = *std::exchange(sending_, std::nullopt);
  answer_with_data(whole, false, now);
  run_waiting(now);
}

// The client may send the same number again. The requests behind it wait for that, as for any missing number.
void Session::cut_body(TimePoint now) {
  const WaitingRequest cut = *std::exchange(sending_, std::nullopt);
  last_request_ = now; // the client has been waiting for the backend, and gets its time to come again
  expected_ = cut.sequence_number;
  note_cut(cut.sequence_number, cut.delivered_bytes);
  gap_deadline_ = now + kGapWait;
}

// The backend has taken bytes.
void Session::let_body_go_on(TimePoint now) {
  if (!sending_ || !sending_->lacks_room) return;
  sending_->progress = now;
  if (to_backend_.room_bytes() < least_body_room()) return;
  sending_->lacks_room = false;
  sending_->exchange->body_may_go_on();
}

void Session::note_cut(std::uint32_t sequence_number, std::uint64_t delivered_bytes) {
  if (sequence_number - *expected_ <= kMaxAhead) cut_sends_.try_emplace(sequence_number, delivered_bytes);
}

// Returns how many bytes of that send were delivered before. Removes it, and the sends before it, from cut_sends_.
std::uint64_t Session::take_cut(std::uint32_t sequence_number) {
  if (cut_sends_.empty()) return 0;
  const auto found = cut_sends_.find(sequence_number);
  const std::uint64_t delivered_bytes = found == cut_sends_.end() ? 0 : found->second;
  cut_sends_.erase(cut_sends_.begin(), cut_sends_.upper_bound(sequence_number));
  return delivered_bytes;
}

} // namespace rtmpt_proxy::gateway
