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

TimePoint Session::next_deadline() const {
  if (ended()) return TimePoint::max();
  TimePoint next = TimePoint::max();
  if (held_) {
    next = std::min(next, *held_->answer_by);
    if (!to_client_.empty()) next = std::min(next, waiting_since_ + terms_.gather);
  }
  if (sending_) {
    if (waits_for_backend(*sending_)) {
      next = std::min(next, sending_->progress + terms_.session_timeout * kStallTimeouts);
      if (sending_->exchange != nullptr && sending_->answer_by) next = std::min(next, *sending_->answer_by);
    }
  } else if (!waiting_.empty()) {
    next = std::min(next, gap_deadline_);
  }
  for (const WaitingRequest& request : waiting_.all())
    if (request.exchange != nullptr && request.answer_by) next = std::min(next, *request.answer_by);
  if (!is_waited_for()) next = std::min(next, last_request_ + silence_limit());
  if (alone_since_) next = std::min(next, *alone_since_ + terms_.session_timeout / kAloneShare);
  return next;
}

void Session::on_time(TimePoint now) {
  if (ended()) return;
  if (held_ && (now >= *held_->answer_by || data_is_due(now))) answer_held(now);
  // This comes before give_up_waiting(), because the wait limit of a forwarded request can be as long as kGapWait.
  if (!ended() && !is_sending() && !waiting_.empty() && now >= gap_deadline_) pass_gap(now);
  give_up_waiting(now);
  if (!ended() && sending_ && waits_for_backend(*sending_) &&
      now >= sending_->progress + terms_.session_timeout * kStallTimeouts)
    return finish(SessionEnd::backend_stalled, now);
  if (ended()) return;
  if (!is_waited_for() && now >= last_request_ + silence_limit()) return finish(SessionEnd::timeout, now);
  if (alone_since_ && now >= *alone_since_ + terms_.session_timeout / kAloneShare) finish(SessionEnd::client_gone, now);
}

// Answers 503 to requests that may not wait any longer, so that the client sends them again. A request that is partly
// delivered stays in the session without its exchange. When it comes again, its sequence number identifies it.
void Session::give_up_waiting(TimePoint now) {
  if (sending_ && waits_for_backend(*sending_) && is_due(*sending_, now)) {
    Exchange* const exchange = std::exchange(sending_->exchange, nullptr);
    if (sending_->body_comes) cut_body(now);
    refuse(exchange, 503);
  }
  waiting_.remove_if([now](const WaitingRequest& request) { return is_due(request, now); },
                     [this](const WaitingRequest& request) { refuse(request.exchange, 503); });
}

// The missing request has not come in time. If it was a poll, the session continues without it, because a poll carries
// no bytes. (When ffmpeg's player loses its connection, it continues with the next number.) If it was a send, the
// stream would have a hole, so the session ends.
void Session::pass_gap(TimePoint now) {
  const WaitingRequest& first = *waiting_.first();
  const bool hole = first.kind == protocol::TunnelRequestKind::send ||
                    (!cut_sends_.empty() && cut_sends_.begin()->first < first.sequence_number);
  if (hole && backend_open_) return finish(SessionEnd::lost_request, now);
  expected_ = first.sequence_number;
  run_waiting(now);
}

} // namespace rtmpt_proxy::gateway
