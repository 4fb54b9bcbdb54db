// SPDX-License-Identifier: Apache-2.0
// Two attempts at one request, on two connections. The one that came last goes on; the other one waits, for it can be
// the living one: see WaitingRequest::rival.
#include "gateway/session/session.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

// The client has given this attempt up, or is told to come again. It must not take the request for done.
void give_up(Attempt& attempt) {
  Exchange* const exchange = std::exchange(attempt, {}).exchange;
  if (exchange == nullptr) return;
  Answer answer;
  answer.status = 503;
  answer.close = true;
  exchange->answer(answer);
}

} // namespace

// `exchange` is the present attempt from now on, on the terms of `again`, and the one before becomes its rival.
void Session::replace_exchange(WaitingRequest& request, const SessionRequest& again, Exchange& exchange,
                               TimePoint now) {
  if (request.exchange != nullptr) {
    give_up(request.rival);
    request.rival = {request.exchange,  request.hold_limit, request.wait_limit,
                     request.answer_by, request.body_comes, request.delivered_bytes - request.skip_bytes};
  }
  request.exchange = &exchange;
  request.hold_limit = again.hold_limit;
  request.wait_limit = again.wait_limit;
  request.answer_by = again.answer_by(now);
}

// The present attempt is gone, and its rival takes its place. False when there is none: the request has no exchange
// then.
bool Session::promote_rival(WaitingRequest& request, TimePoint now) {
  const Attempt rival = std::exchange(request.rival, {});
  request.exchange = rival.exchange;
  if (rival.exchange == nullptr) return false;
  request.hold_limit = rival.hold_limit;
  request.wait_limit = rival.wait_limit;
  request.answer_by = rival.answer_by;
  if (!request.body_comes) return true; // all of the body is here
  request.body_comes = rival.body_comes;
  request.lacks_room = false;
  request.skip_bytes = request.delivered_bytes - rival.taken_bytes;
  if (rival.wait_limit) request.answer_by = now + *rival.wait_limit; // its body has been kept waiting
  return true;
}

// `exchange` cannot be answered any more. True when that leaves the request without an exchange.
bool Session::lose_attempt(WaitingRequest& request, const Exchange& exchange, TimePoint now) {
  if (request.rival.exchange == &exchange) request.rival = {};
  return request.exchange == &exchange && !promote_rival(request, now);
}

// The same for the held idle, whose time stays: without an exchange it is over.
void Session::lose_held(const Exchange& exchange, TimePoint now) {
  if (held_->rival.exchange == &exchange) held_->rival = {};
  if (held_->exchange != &exchange) return;
  held_->exchange = std::exchange(held_->rival, {}).exchange;
  if (held_->exchange == nullptr) answer_held(now);
}

// The body that was arriving has broken off. False when there is no other attempt.
bool Session::go_on_with_rival(TimePoint now) {
  if (!promote_rival(*sending_, now)) return false;
  sending_->exchange->body_may_go_on();
  return true;
}

bool Session::is_held(const Exchange& exchange) const {
  return held_ && (held_->exchange == &exchange || held_->rival.exchange == &exchange);
}

// Tells a rival that may wait no longer to come again.
void Session::give_up_rival(WaitingRequest& request, TimePoint now) {
  if (request.rival.answer_by && now >= *request.rival.answer_by) give_up(request.rival);
}

} // namespace rtmpt_proxy::gateway
