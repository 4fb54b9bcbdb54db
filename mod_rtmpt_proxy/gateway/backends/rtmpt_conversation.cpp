// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/rtmpt_conversation.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

using protocol::TunnelRequestKind;

RtmptConversation::RtmptConversation(RtmptRequests requests, std::chrono::milliseconds reply_timeout, TimePoint now)
    : requests_(std::move(requests)), pace_(now), reply_timeout_(reply_timeout), progress_(now) {}

bool RtmptConversation::takes_bytes(std::size_t waiting_bytes, TimePoint now) {
  idle_wait_until_.reset();
  if (waiting_bytes == 0 || finished_ || requests_.has(TunnelRequestKind::send) || must_wait_for_idle(now))
    return false;
  if (sent_ || waiting_bytes >= kFirstSendBytes) return true;
  if (!first_wait_) first_wait_ = now + kFirstSendWait;
  return now >= *first_wait_;
}

bool RtmptConversation::must_wait_for_idle(TimePoint now) {
  const TimePoint until = idle_at_ + habit_.send_wait();
  if (!requests_.has(TunnelRequestKind::idle) || now >= until) return false;
  idle_wait_until_ = until;
  return true;
}

std::size_t RtmptConversation::send(const Pieces& bytes, TimePoint now) {
  if (!takes_bytes(size_of(bytes), now)) return 0;
  if (requests_.all_written()) progress_ = now;
  sent_ = true;
  first_wait_.reset();
  pace_.requested(false, now);
  return requests_.add_send(bytes);
}

void RtmptConversation::poll(TimePoint now) {
  if (finished_ || !requests_.empty() || now < pace_.next_poll()) return;
  progress_ = now;
  pace_.requested(true, now);
  idle_at_ = now;
  requests_.add_idle();
}

void RtmptConversation::finish(TimePoint now) {
  if (std::exchange(finished_, true)) return;
  idle_wait_until_.reset();
  if (requests_.all_written()) progress_ = now;
  close_until_ = now + kCloseWait;
  requests_.add_close();
}

void RtmptConversation::written(std::size_t count, TimePoint now) {
  if (count > 0) progress_ = now;
  requests_.written(count);
}

void RtmptConversation::reply_begins(TimePoint now) {
  in_reply_ = true;
  had_polling_byte_ = had_data_ = false;
  hint_.reset();
  progress_ = now;
}

std::string_view RtmptConversation::reply_piece(std::string_view piece, TimePoint now) {
  progress_ = now;
  if (requests_.front_kind() == TunnelRequestKind::close || piece.empty()) return {};
  if (!std::exchange(had_polling_byte_, true)) {
    hint_ = static_cast<std::uint8_t>(piece.front());
    piece.remove_prefix(1);
  }
  had_data_ = had_data_ || !piece.empty();
  return piece;
}

void RtmptConversation::reply_complete(TimePoint now) {
  const TunnelRequestKind kind = requests_.front_kind();
  over_ = kind == TunnelRequestKind::close;
  if (kind == TunnelRequestKind::idle && !had_data_) habit_.answered_empty(now - idle_at_);
  requests_.answered();
  pace_.answered(kind == TunnelRequestKind::idle, had_data_, hint_);
  in_reply_ = false;
  attempts_ = 0;
  progress_ = now;
}

std::string_view RtmptConversation::connection_ended(ConnectionEnd how, std::size_t unacknowledged_bytes) {
  if (requests_.empty()) return {};
  if (in_reply_) return "the connection ended inside a reply";
  const bool unread = how == ConnectionEnd::announced ||
                      (how == ConnectionEnd::orderly && unacknowledged_bytes >= requests_.written_bytes());
  if (!unread) return "the connection ended without a reply";
  if (++attempts_ >= kMostAttempts) return "one connection after the other ended without a reply";
  requests_.rewind();
  return {};
}

bool RtmptConversation::is_over(TimePoint now) const {
  return over_ || (close_until_ && now >= *close_until_);
}

TimePoint RtmptConversation::give_up_time() const {
  return progress_ + (requests_.all_written() ? reply_timeout_ : kStallTimeouts * reply_timeout_);
}

TimePoint RtmptConversation::next_deadline(bool has_room) const {
  TimePoint next = TimePoint::max();
  if (first_wait_) next = *first_wait_;
  if (idle_wait_until_) next = std::min(next, *idle_wait_until_);
  if (close_until_) next = std::min(next, *close_until_);
  if (!requests_.empty()) return has_room ? std::min(next, give_up_time()) : next;
  return has_room && !finished_ ? std::min(next, pace_.next_poll()) : next;
}

std::string_view RtmptConversation::overdue(bool has_room, TimePoint now) const {
  if (!has_room || requests_.empty() || now < give_up_time()) return {};
  if (!requests_.all_written()) return "it takes no bytes";
  return in_reply_ ? "its reply does not end" : "it does not reply";
}

} // namespace rtmpt_proxy::gateway
