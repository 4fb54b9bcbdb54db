// SPDX-License-Identifier: Apache-2.0
// The two byte streams of a session: the bytes for answers, and the bytes for the backend.
#include "gateway/session/session.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

void answer_both(const WaitingRequest& request, const Answer& answer) {
  if (request.exchange != nullptr) request.exchange->answer(answer);
  if (request.rival.exchange != nullptr) request.rival.exchange->answer(answer);
}

} // namespace

std::chrono::milliseconds Session::gather_time() const {
  const bool at_once = !to_client_.empty() || to_client_.position() < kConversationBytes;
  return at_once ? std::chrono::milliseconds::zero() : terms_.gather;
}

bool Session::data_is_due(TimePoint now) const {
  if (to_client_.empty()) return false;
  return !backend_open_ || to_client_.position() < kConversationBytes || to_client_.unsent_bytes() >= kEnoughBytes ||
         now >= waiting_since_ + terms_.gather;
}

void Session::answer_held(TimePoint now) {
  if (!held_) return;
  const WaitingRequest idle = *std::exchange(held_, std::nullopt);
  answer_with_data(idle, true, now);
}

// A rival gets the same answer, for nobody knows which of the two connections the client listens to.
void Session::answer_with_data(const WaitingRequest& request, bool is_idle, TimePoint now) {
  Exchange* const exchange = request.exchange;
  Exchange* const rival = request.rival.exchange;
  const bool takes_data =
      exchange != nullptr && exchange->can_take_data() && (rival == nullptr || rival->can_take_data());
  const std::size_t count = takes_data ? std::min(to_client_.unsent_bytes(), kMaxReplyBytes) : 0;
  const bool nothing_left = to_client_.empty() || now >= unread_until_;
  const bool last = !backend_open_ && count == 0 && nothing_left && exchange != nullptr;

  Answer answer;
  answer.close = last;
  if (count > 0)
    answer.polling_interval = polling_.after_data();
  else
    answer.polling_interval = is_idle ? polling_.after_empty_idle() : polling_.current();
  answer.body = to_client_.unsent(count);
  if (exchange != nullptr) refused_status_ = 0;
  history_.record({request.sequence_number, to_client_.position(), count, *answer.polling_interval});
  if (exchange != nullptr) exchange->answer(answer);
  if (rival != nullptr) {
    answer.close = true;
    rival->answer(answer);
  }
  to_client_.advance(count);
  to_client_.forget_before(history_.oldest_position(to_client_.position()));
  counters_.bytes_to_client += count;
  if (count > 0) unread_until_ = now + kUnreadWait;
  last_request_ = now;
  if (last) finish(SessionEnd::backend_closed, now);
}

void Session::from_backend(std::string_view bytes, TimePoint now) {
  if (to_client_.empty()) waiting_since_ = now;
  to_client_.append(bytes);
  if (held_ && data_is_due(now)) answer_held(now);
}

void Session::backend_pauses(TimePoint now) {
  waiting_since_ = now - terms_.gather;
  if (held_ && data_is_due(now)) answer_held(now);
}

std::size_t Session::deliver(std::string_view body) {
  std::size_t done = 0;
  if (to_backend_.empty() && !body.empty()) done = backend_.write({body, {}});
  done += to_backend_.append(body.substr(done));
  counters_.bytes_to_backend += done;
  return done;
}

void Session::backend_writable(TimePoint now) {
  if (!backend_open_) return;
  const std::size_t written = backend_.write(to_backend_.unsent(to_backend_.unsent_bytes()));
  to_backend_.advance(written);
  to_backend_.forget_before(to_backend_.position());
  if (written > 0) {
    // The client is gone, but its last bytes go to the backend as long as the backend takes them.
    if (alone_since_ && is_sending()) alone_since_ = now;
    let_body_go_on(now);
  }
  if (sending_ && !sending_->body_comes && deliver_delayed(now)) run_waiting(now);
}

// Sends more of the delayed send to the backend. True when all of it is sent and it has been answered.
bool Session::deliver_delayed(TimePoint now) {
  const std::size_t done = deliver(std::string_view(sending_->body).substr(sending_->delivered_bytes));
  if (done > 0) sending_->progress = now;
  sending_->delivered_bytes += done;
  if (sending_->delivered_bytes < sending_->body.size()) return false;
  const WaitingRequest finished = *std::exchange(sending_, std::nullopt);
  if (!ended()) answer_with_data(finished, false, now);
  return true;
}

void Session::backend_closed(TimePoint now) {
  if (!backend_open_) return;
  backend_open_ = false;
  unread_until_ = now + kUnreadWait;
  to_backend_.advance(to_backend_.unsent_bytes());
  to_backend_.forget_before(to_backend_.position());
  if (ended()) return;
  answer_held(now);
  // The rest of its body, whether it is here or still arriving, would go nowhere.
  if (const auto send = std::exchange(sending_, std::nullopt); send && !ended()) answer_with_data(*send, false, now);
  run_waiting(now);
}

// The reason why the client left or became silent, when it is known.
SessionEnd Session::first_cause(SessionEnd end) const {
  const bool clients_own = end == SessionEnd::closed || end == SessionEnd::client_gone || end == SessionEnd::timeout ||
                           end == SessionEnd::lost_request;
  if (!clients_own) return end;
  if (refused_send_) return SessionEnd::body_too_large;
  if (end == SessionEnd::closed && !cut_sends_.empty()) return SessionEnd::lost_request;
  return refused_status_ != 0 ? SessionEnd::request_refused : end;
}

void Session::finish(SessionEnd end, TimePoint) {
  if (ended()) return;
  end_ = first_cause(end);
  Answer gone;
  gone.status = 404;
  gone.close = true;
  if (held_) answer_both(*held_, gone);
  held_.reset();
  if (sending_ && sending_->body_comes) {
    Answer cut = gone;
    if (end == SessionEnd::backend_stalled) cut.status = 503;
    answer_both(*std::exchange(sending_, std::nullopt), cut);
  }
  if (sending_ && sending_->exchange != nullptr) {
    // The bytes of this send still go to the backend. Its answer need not wait for that.
    Answer taken;
    taken.status = end == SessionEnd::backend_stalled ? 503 : 200;
    taken.close = true;
    if (taken.status == 200) taken.polling_interval = polling_.current();
    answer_both(*sending_, taken);
    sending_->exchange = nullptr;
    sending_->rival = {};
  }
  waiting_.remove_if([](const WaitingRequest&) { return true; },
                     [&gone](const WaitingRequest& request) { answer_both(request, gone); });
}

} // namespace rtmpt_proxy::gateway
