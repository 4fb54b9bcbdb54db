// SPDX-License-Identifier: Apache-2.0
// The order of requests, and what each kind does.
#include "gateway/session/session.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

using protocol::TunnelRequestKind;

namespace {

void answer_status(Exchange* exchange, std::uint16_t status, bool close = false) {
  if (exchange == nullptr) return;
  Answer answer;
  answer.status = status;
  answer.close = close;
  exchange->answer(answer);
}

// Makes the entry for the waiting room; its body is still empty.
WaitingRequest waiting_request(const SessionRequest& request, std::uint32_t number, Exchange& exchange, TimePoint now) {
  WaitingRequest waiting;
  waiting.sequence_number = number;
  waiting.kind = request.kind;
  waiting.exchange = &exchange;
  waiting.body_comes = request.body_follows;
  waiting.hold_limit = request.hold_limit;
  waiting.wait_limit = request.wait_limit;
  waiting.answer_by = request.answer_by(now);
  return waiting;
}

} // namespace

std::string_view to_string(SessionEnd end) {
  switch (end) {
  case SessionEnd::none: return "live";
  case SessionEnd::closed: return "closed by the client";
  case SessionEnd::backend_closed: return "backend closed";
  case SessionEnd::timeout: return "no request in time";
  case SessionEnd::client_gone: return "client gone";
  case SessionEnd::lost_request: return "a send is missing";
  case SessionEnd::backend_stalled: return "backend takes no bytes";
  case SessionEnd::unclaimed: return "nobody waited for it";
  case SessionEnd::administrator: return "ended by the administrator";
  case SessionEnd::shutdown: return "httpd ends";
  case SessionEnd::body_too_large: return "a send is too large";
  case SessionEnd::request_refused: return "a request was refused";
  case SessionEnd::stream_refused: return "the stream was refused";
  }
  return "unknown";
}

Session::Session(const protocol::SessionTerms& terms, BackendPort& backend, TimePoint now)
    : terms_(terms),
      backend_(backend),
      to_client_(terms.buffer_bytes),
      to_backend_(terms.buffer_bytes),
      waiting_(terms.buffer_bytes),
      last_request_(now),
      waiting_since_(now),
      gap_deadline_(now),
      unread_until_(now) {}

void Session::request(const SessionRequest& request, Exchange& exchange, TimePoint now) {
  if (ended()) return answer_status(&exchange, 404, true);
  last_request_ = now;
  alone_since_.reset();
  ++counters_.requests;
  if (!request.sequence_number) {
    answer_held(now);
    return run_close(&exchange, now);
  }
  const std::uint32_t number = *request.sequence_number;
  // Clients start at 0 (ffmpeg) or 1 (Red5's), so the first number seen is the start.
  if (!expected_) expected_ = number;
  if (number < *expected_) return repeat(request, number, exchange, now);
  if (number > *expected_ || is_sending()) return wait_for_turn(request, number, exchange, now);

  WaitingRequest next = waiting_request(request, number, exchange, now);
  run(next, request.body, now);
  run_waiting(now);
}

void Session::run(WaitingRequest& request, std::string_view body, TimePoint now) {
  // Answers leave in the order of their sequence numbers, so that a client with several connections can put them
  // together.
  answer_held(now);
  if (ended()) {
    answer_status(request.rival.exchange, 404, true);
    return answer_status(request.exchange, 404, true);
  }
  expected_ = std::uint64_t{request.sequence_number} + 1;
  const std::uint64_t delivered_bytes = take_cut(request.sequence_number);
  if (refused_send_ && request.sequence_number >= *refused_send_) refused_send_.reset();
  switch (request.kind) {
  case TunnelRequestKind::send:
    return request.body_comes ? open_body(request, delivered_bytes, now)
                              : run_send(request, body, delivered_bytes, now);
  case TunnelRequestKind::close:
    run_close(request.exchange, now);
    return answer_status(request.rival.exchange, 404, true);
  default: return run_idle(request, now);
  }
}

void Session::run_waiting(TimePoint now) {
  while (!ended() && !is_sending() && !waiting_.empty()) {
    // When the backend is gone, no bytes can be delivered in the wrong order, so every waiting request can run.
    if (backend_open_ && waiting_.first()->sequence_number != *expected_) break;
    WaitingRequest request = waiting_.take_first();
    run(request, request.body, now);
    if (sending_ && sending_->body_comes) sending_->exchange->body_may_go_on();
  }
  // Now another number is the missing one. It gets its own waiting time.
  gap_deadline_ = now + kGapWait;
}

void Session::wait_for_turn(const SessionRequest& request, std::uint32_t number, Exchange& exchange, TimePoint now) {
  if (number - *expected_ > kMaxAhead) return refuse(&exchange, 400);
  if (WaitingRequest* same = waiting_.find(number)) {
    const bool brings_body = same->body_comes && !request.body_follows;
    if (brings_body && !waiting_.has_room_for_body(request.body.size())) return refuse(&exchange, 503);
    replace_exchange(*same, request, exchange, now);
    if (brings_body) {
      same->body_comes = false;
      waiting_.set_body(*same, request.body);
    }
    return;
  }
  if (!waiting_.has_room_for(request.body.size())) return refuse(&exchange, 503);
  if (!has_gap()) gap_deadline_ = now + kGapWait;
  WaitingRequest waiting = waiting_request(request, number, exchange, now);
  waiting.body = request.body;
  waiting_.enter(std::move(waiting));
}

void Session::repeat(const SessionRequest& request, std::uint32_t number, Exchange& exchange, TimePoint now) {
  if (sending_ && sending_->sequence_number == number) {
    if (sending_->body_comes) return repeat_body(request, exchange, now);
    return replace_exchange(*sending_, request, exchange, now);
  }
  if (held_ && held_->sequence_number == number) answer_held(now);
  const PastReply* past = history_.find(number);
  if (past == nullptr) return refuse(&exchange, 400);
  if (past->length_bytes > 0 && !exchange.can_take_data()) return refuse(&exchange, 503);
  Answer answer;
  answer.polling_interval = past->polling_interval;
  answer.body = to_client_.kept(past->position, past->length_bytes);
  exchange.answer(answer);
}

// The client sends the body again on another connection. Bytes that were delivered before are skipped.
void Session::repeat_body(const SessionRequest& request, Exchange& exchange, TimePoint now) {
  const std::uint64_t delivered_bytes = sending_->delivered_bytes;
  // While a body flows its carrier waits for nothing, and its time has not begun.
  if (!sending_->lacks_room && sending_->wait_limit) sending_->answer_by = now + *sending_->wait_limit;
  replace_exchange(*sending_, request, exchange, now);
  WaitingRequest again = waiting_request(request, sending_->sequence_number, exchange, now);
  again.rival = sending_->rival;
  sending_.reset();
  if (request.body_follows) return open_body(again, delivered_bytes, now);
  run_send(again, request.body, delivered_bytes, now);
  run_waiting(now);
}

void Session::run_send(WaitingRequest& request, std::string_view body, std::uint64_t delivered_bytes, TimePoint now) {
  const auto before = static_cast<std::size_t>(std::min<std::uint64_t>(delivered_bytes, body.size()));
  const std::size_t done = backend_open_ ? before + deliver(body.substr(before)) : body.size();
  if (done == body.size()) return answer_with_data(request, false, now);
  if (request.body.empty()) request.body = body;
  request.delivered_bytes = done;
  request.progress = now;
  sending_ = std::move(request);
}

void Session::run_idle(WaitingRequest& request, TimePoint now) {
  const auto hold = std::min({terms_.idle_hold, request.hold_limit, request.rival.hold_limit});
  const bool holds = request.exchange != nullptr && request.exchange->can_take_data() && hold.count() > 0 &&
                     backend_open_ && !data_is_due(now);
  if (!holds) return answer_with_data(request, true, now);
  request.answer_by = now + hold;
  held_ = std::move(request);
}

void Session::run_close(Exchange* exchange, TimePoint now) {
  if (ended()) return answer_status(exchange, 404, true);
  if (exchange != nullptr) {
    Answer answer;
    answer.body[0] = std::string_view("\0", 1);
    exchange->answer(answer);
  }
  finish(SessionEnd::closed, now);
}

void Session::refuse(Exchange* exchange, std::uint16_t status) {
  refused_status_ = status;
  answer_status(exchange, status);
}

void Session::hurry(const Exchange& exchange, TimePoint now) {
  if (is_held(exchange)) answer_held(now);
}

void Session::hurry_for_poll(const Exchange& exchange, TimePoint now) {
  if (is_held(exchange)) held_->answer_by = std::min(*held_->answer_by, now + kPollSpacing);
}

void Session::forget(const Exchange& exchange, TimePoint now) {
  if (held_) lose_held(exchange, now);
  if (takes_body_of(exchange)) {
    if (!go_on_with_rival(now)) cut_body(now);
  } else if (sending_) {
    lose_attempt(*sending_, exchange, now);
  }
  // A body that has not begun to arrive will not arrive any more.
  waiting_.remove_if(
      [&exchange, now](WaitingRequest& request) { return lose_attempt(request, exchange, now) && request.body_comes; },
      [this](const WaitingRequest& request) { note_cut(request.sequence_number, 0); });
}

void Session::body_refused(std::uint32_t sequence_number, const Exchange* carrier, TimePoint now) {
  if (!expected_) expected_ = sequence_number;
  if (carrier != nullptr) {
    waiting_.remove_if(
        [carrier, now](WaitingRequest& request) { return lose_attempt(request, *carrier, now) && request.body_comes; },
        [](const WaitingRequest&) {});
  }
  if (carrier != nullptr && takes_body_of(*carrier)) {
    if (go_on_with_rival(now)) return;
    const bool nothing_delivered = sending_->delivered_bytes == 0;
    cut_body(now);
    if (nothing_delivered) cut_sends_.erase(sequence_number); // the client may go on with the next number
  }
  if (sequence_number >= *expected_) refused_send_ = std::min(sequence_number, refused_send_.value_or(sequence_number));
}

void Session::request_refused(std::uint16_t status, std::optional<std::uint32_t> sequence_number) {
  if (sequence_number && expected_ && *sequence_number < *expected_) return;
  refused_status_ = status;
}

void Session::connection_joined(std::uint64_t forwarded_requests) {
  unseen_requests_ -= std::min(unseen_requests_, forwarded_requests);
  ++connections_ever_;
  ++connections_now_;
  alone_since_.reset();
}

void Session::connection_left(TimePoint now) {
  --connections_now_;
  if (connections_now_ == 0 && connections_ever_ == 1 && unseen_requests_ == 0) alone_since_ = now;
}

} // namespace rtmpt_proxy::gateway
