// What time does to a session: held idles, gathers, gaps, stalls and timeouts.
#include "gateway/session/session.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

// With its only connection gone a client is most likely gone too; ffmpeg's player comes back at once if it does.
constexpr int kAloneShare = 3;

} // namespace

// How long the session may be without a request.
std::chrono::milliseconds Session::silence_limit() const {
  return counters_.requests > 0 ? settings_.timeout : std::min(settings_.timeout, kFirstRequestWithin);
}

TimePoint Session::next_deadline() const {
  if (ended()) return TimePoint::max();
  TimePoint next = TimePoint::max();
  if (held_) {
    next = std::min(next, held_->until);
    if (!to_client_.empty()) next = std::min(next, waiting_since_ + settings_.gather);
  }
  if (delayed_) {
    next = std::min(next, delayed_->progress + settings_.timeout * kStallTimeouts);
    if (delayed_->exchange != nullptr && delayed_->give_up) next = std::min(next, *delayed_->give_up);
  } else if (body_) {
    // How long the client may take is its carrier's business.
    if (body_->lacks_room) {
      next = std::min(next, body_->progress + settings_.timeout * kStallTimeouts);
      if (body_->give_up) next = std::min(next, *body_->give_up);
    }
  } else if (!waiting_.empty()) {
    next = std::min(next, gap_deadline_);
  }
  for (const WaitingRequest& request : waiting_.all())
    if (request.exchange != nullptr && request.give_up) next = std::min(next, *request.give_up);
  if (!is_waited_for()) next = std::min(next, last_request_ + silence_limit());
  if (alone_since_) next = std::min(next, *alone_since_ + settings_.timeout / kAloneShare);
  return next;
}

void Session::on_time(TimePoint now) {
  if (ended()) return;
  if (held_ && (now >= held_->until || data_is_due(now))) answer_held(now);
  // Before giving up: a forwarded request may wait just as long as its gap.
  if (!ended() && !is_sending() && !waiting_.empty() && now >= gap_deadline_) pass_gap(now);
  give_up_waiting(now);
  if (!ended() && delayed_ && now >= delayed_->progress + settings_.timeout * kStallTimeouts)
    return finish(SessionEnd::backend_stalled, now);
  if (!ended() && body_ && body_->lacks_room && now >= body_->progress + settings_.timeout * kStallTimeouts)
    return finish(SessionEnd::backend_stalled, now);
  if (ended()) return;
  if (!is_waited_for() && now >= last_request_ + silence_limit()) return finish(SessionEnd::timeout, now);
  if (alone_since_ && now >= *alone_since_ + settings_.timeout / kAloneShare) finish(SessionEnd::client_gone, now);
}

// Requests whose carrier cannot wait longer are told to come again. One that is partly delivered goes on without its
// exchange: coming again, it is recognised by its number.
void Session::give_up_waiting(TimePoint now) {
  if (delayed_ && delayed_->exchange != nullptr && delayed_->give_up && now >= *delayed_->give_up)
    refuse(std::exchange(delayed_->exchange, nullptr), 503);
  if (body_ && body_->lacks_room && body_->give_up && now >= *body_->give_up) {
    Exchange* const exchange = body_->exchange;
    cut_body(now);
    refuse(exchange, 503);
  }
  waiting_.remove_if(
      [now](const WaitingRequest& request) {
        return request.exchange != nullptr && request.give_up && now >= *request.give_up;
      },
      [this](const WaitingRequest& request) { refuse(request.exchange, 503); });
}

// The missing number does not come. A poll carries no bytes of its own, so a client that lost one with its connection
// goes on (ffmpeg's player reopens with the next number); behind a missing send the stream would have a hole.
void Session::pass_gap(TimePoint now) {
  const WaitingRequest& first = *waiting_.first();
  const bool hole = first.kind == protocol::TunnelRequestKind::send ||
                    (!cut_sends_.empty() && cut_sends_.begin()->first < first.sequence_number);
  if (hole && backend_open_) return finish(SessionEnd::lost_request, now);
  expected_ = first.sequence_number;
  run_waiting(now);
}

} // namespace rtmpt_proxy::gateway
