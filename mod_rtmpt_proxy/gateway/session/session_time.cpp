// SPDX-License-Identifier: Apache-2.0
// Everything in a session that happens after a time: the end of a hold, a gather, a gap, a stall or a timeout.
#include "gateway/session/session.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

// When a client's only connection is gone, the client is most likely gone too. (ffmpeg's player comes back at once, if
// at all.) So the session then ends after this part of its timeout.
constexpr int kAloneShare = 3;

// While the client sends a body, HttpTunnel or httpd limits how long it may take, not the session.
bool waits_for_backend(const WaitingRequest& send) {
  return !send.body_comes || send.lacks_room;
}

bool is_due(const WaitingRequest& request, TimePoint now) {
  return request.exchange != nullptr && request.answer_by && now >= *request.answer_by;
}

} // namespace

// How long the session may be without a request.
std::chrono::milliseconds Session::silence_limit() const {
  return counters_.requests > 0 ? terms_.session_timeout : std::min(terms_.session_timeout, kFirstRequestWithin);
}

TimePoint Session::stalled_by(const WaitingRequest& send) const {
  return std::max(send.progress + terms_.session_timeout * kStallTimeouts, backend_.held_until());
}

TimePoint Session::next_deadline() const {
  if (ended()) return TimePoint::max();
  TimePoint next = TimePoint::max();
  if (held_) {
    next = std::min(next, *held_->answer_by);
    if (!to_client_.empty()) next = std::min(next, waiting_since_ + terms_.gather);
  }
  if (sending_) {
    if (waits_for_backend(*sending_)) {
      next = std::min(next, stalled_by(*sending_));
      if (sending_->exchange != nullptr && sending_->answer_by) next = std::min(next, *sending_->answer_by);
    }
    if (sending_->rival.answer_by) next = std::min(next, *sending_->rival.answer_by);
  } else if (has_gap()) {
    next = std::min(next, gap_deadline_);
  }
  for (const WaitingRequest& request : waiting_.all()) {
    if (request.exchange != nullptr && request.answer_by) next = std::min(next, *request.answer_by);
    if (request.rival.answer_by) next = std::min(next, *request.rival.answer_by);
  }
  if (!is_waited_for()) next = std::min(next, last_request_ + silence_limit());
  if (alone_since_) next = std::min(next, *alone_since_ + terms_.session_timeout / kAloneShare);
  return next;
}

void Session::on_time(TimePoint now) {
  if (ended()) return;
  if (held_ && (now >= *held_->answer_by || data_is_due(now))) answer_held(now);
  // This comes before give_up_waiting(): a request whose time ends together with that of a gap is told what follows.
  if (!ended() && gap_is_over(now)) pass_gap(now);
  give_up_waiting(now);
  if (!ended() && sending_ && waits_for_backend(*sending_) && now >= stalled_by(*sending_))
    return finish(SessionEnd::backend_stalled, now);
  if (ended()) return;
  if (!is_waited_for() && now >= last_request_ + silence_limit()) return finish(SessionEnd::timeout, now);
  if (alone_since_ && now >= *alone_since_ + terms_.session_timeout / kAloneShare) finish(SessionEnd::client_gone, now);
}

// Answers 503 to requests that may not wait any longer, so that the client sends them again. A request that is partly
// delivered stays in the session without its exchange. When it comes again, its sequence number identifies it.
void Session::give_up_waiting(TimePoint now) {
  if (sending_) give_up_rival(*sending_, now);
  if (sending_ && waits_for_backend(*sending_) && is_due(*sending_, now)) {
    Exchange* const exchange = sending_->exchange;
    if (sending_->body_comes) {
      if (!go_on_with_rival(now)) cut_body(now);
    } else {
      promote_rival(*sending_, now);
    }
    refuse(exchange, 503);
  }
  waiting_.remove_if(
      [this, now](WaitingRequest& request) {
        give_up_rival(request, now);
        if (!is_due(request, now)) return false;
        Exchange* const exchange = request.exchange;
        const bool goes_on = promote_rival(request, now);
        tell_to_come_again(exchange, request);
        return !goes_on;
      },
      [](const WaitingRequest&) {});
}

bool Session::has_gap() const {
  return !is_sending() && (!waiting_.empty() || (told_again_ && told_again_->sequence_number > *expected_));
}

bool Session::gap_is_over(TimePoint now) const {
  if (!has_gap() || now + kGapRest < gap_deadline_) return false;
  const auto& waiting = waiting_.all();
  const auto waits_no_longer = [now](const WaitingRequest& request) { return is_due(request, now); };
  return now >= gap_deadline_ || std::any_of(waiting.begin(), waiting.end(), waits_no_longer);
}

bool Session::lacks_cut_send_before(std::uint32_t number) const {
  return !cut_sends_.empty() && cut_sends_.begin()->first < number;
}

void Session::tell_to_come_again(Exchange* exchange, const WaitingRequest& request) {
  const std::uint32_t number = request.sequence_number;
  const bool is_known = told_again_ && told_again_->sequence_number >= *expected_;
  if (!is_known || number < told_again_->sequence_number) told_again_ = {number, request.kind};
  const std::uint16_t status_before = refused_status_;
  refuse(exchange, 503);
  // If that send does not come again, it is what ends the session.
  if (has_gap() && lacks_cut_send_before(number)) refused_status_ = status_before;
}

// The missing request has not come in time. If it was a poll, the session continues without it, because a poll carries
// no bytes. (When ffmpeg's player loses its connection, it continues with the next number.) If it was a send, the
// stream would have a hole, so the session ends.
void Session::pass_gap(TimePoint now) {
  const WaitingRequest* const waiting = waiting_.first();
  Place next = waiting != nullptr ? Place{waiting->sequence_number, waiting->kind} : *told_again_;
  if (told_again_ && told_again_->sequence_number > *expected_ && told_again_->sequence_number < next.sequence_number)
    next = *told_again_;
  const bool hole = next.kind == protocol::TunnelRequestKind::send || lacks_cut_send_before(next.sequence_number);
  if (hole && backend_open_) return finish(SessionEnd::lost_request, now);
  expected_ = next.sequence_number;
  run_waiting(now);
}

} // namespace rtmpt_proxy::gateway
