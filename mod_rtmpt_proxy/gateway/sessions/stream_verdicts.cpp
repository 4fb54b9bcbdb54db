// SPDX-License-Identifier: Apache-2.0
// What httpd and the limits say about a stream, and its end when they say no.
#include "gateway/base/loop_services.hpp"
#include "gateway/sessions/stream.hpp"
#include "gateway/sessions/stream_asks.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace rtmpt_proxy::gateway {

using std::chrono::steady_clock;

namespace {

constexpr int kForbidden = 403;

// Where httpd is not asked.
protocol::AskAnswer allowed() {
  protocol::AskAnswer answer;
  answer.status = StreamAuthorizer::kAllowed;
  return answer;
}

} // namespace

// Weak: the stream may go before it is its turn, or before httpd has answered.
void Stream::ask_httpd() {
  std::string text = authorizer_->begin_question(home_.asks, steady_clock::now());
  const std::uint64_t question = authorizer_->question();
  if (text.empty() && question != 0 && authorizer_->knows_denial()) return deny_soon(question);
  if (text.empty()) return question == 0 ? void() : on_verdict(allowed(), steady_clock::now());
  const std::weak_ptr<Stream> weak = weak_from_this();
  home_.asks.ask(
      address_, std::move(text),
      [weak, question] {
        const auto self = weak.lock();
        return self && self->waits_for(question);
      },
      [weak, question](const protocol::AskAnswer& answer) {
        if (const auto self = weak.lock()) self->on_answer(question, answer);
      });
}

// Posted, because a denial settles the stream, which is just being done.
void Stream::deny_soon(std::uint64_t question) {
  boost::asio::post(home_.loop.io, [weak = weak_from_this(), question] {
    protocol::AskAnswer answer;
    answer.status = kForbidden;
    if (const auto self = weak.lock()) self->on_answer(question, answer);
  });
}

bool Stream::waits_for(std::uint64_t question) const {
  return !winding_up_ && !ended() && authorizer_->question() == question;
}

void Stream::on_answer(std::uint64_t question, const protocol::AskAnswer& answer) {
  if (!waits_for(question)) return;
  const auto now = steady_clock::now();
  if (authorizer_->wants_login(answer)) {
    authorizer_->ask_for_login(answer, home_.asks);
    return settled();
  }
  if (StreamAuthorizer::is_denial(answer.status)) return pace_denial(answer, now);
  on_verdict(answer, now);
  settled();
}

void Stream::on_verdict(const protocol::AskAnswer& answer, TimePoint now) {
  const bool is_stream = authorizer_->asks_about_stream();
  if (answer.status == StreamAuthorizer::kAllowed) {
    watch_.known_as(answer.user);
    if (!answer.user.empty()) backend_->known_as(answer.user);
    if (is_stream) authorizer_->note_allowed(client_->counters(), now); // also when a limit refuses it then
  }
  const bool stops_following = is_stream && !authorizer_->speaks_later();
  if (authorizer_->take_answer(answer, now)) pass_on(stops_following, now);
}

// What was held may pass now.
void Stream::pass_on(bool stops_following, TimePoint now) {
  if (stops_following) {
    authorizer_->server().stop([this, now](std::string_view rest) { client_->from_backend(rest, now); });
    client_->backend_pauses(now);
  }
  client_->backend_writable(now);
}

void Stream::on_place() {
  if (winding_up_ || ended() || is_refused_) return;
  const bool stops_following = !authorizer_->speaks_later();
  if (authorizer_->take_place()) pass_on(stops_following, steady_clock::now());
  settled();
}

// The stream may have ended since the register told of it.
void Stream::on_take_over(const protocol::SessionName& other, const StreamKey& stream) {
  if (winding_up_ || ended() || is_refused_) return;
  authorizer_->give_way(other, stream);
  settled();
}

// Passwords and names cannot be tried at any rate.
void Stream::pace_denial(const protocol::AskAnswer& answer, TimePoint now) {
  is_paced_ = true;
  authorizer_->delay_answer(answer, now + home_.asks.begin_refusal(address_));
  authorizer_->on_time(now);
  settled();
}

void Stream::end_pace() {
  if (std::exchange(is_paced_, false)) home_.asks.end_refusal(address_);
}

void Stream::refuse_rate() {
  if (winding_up_ || ended() || is_refused_) return;
  StreamRefusal refusal{StreamRefusal::Cause::rate, upload_cap_->detail(), {}, "bit rate"};
  if (authorizer_) {
    authorizer_->refuse_rate(refusal.detail);
    refusal = authorizer_->refusal();
  }
  refuse_client(refusal);
}

void Stream::refuse_client(const StreamRefusal& refusal) {
  is_refused_ = true;
  end_pace();
  refusal_detail_ = refusal.detail;
  log_refusal(refusal);
  if (!refusal.reason.empty()) home_.events.stream_refused(server_name_, refusal.reason);
  if (backend_->is_open()) backend_->finish();
  client_->refuse(refusal.last_words, steady_clock::now());
}

void Stream::log_refusal(const StreamRefusal& refusal) const {
  using Cause = StreamRefusal::Cause;
  auto& lines = refusal.cause == Cause::silence ? home_.loop.unanswered_lines : home_.loop.refusal_lines;
  const auto left_out = lines.admit(steady_clock::now());
  if (!left_out) return;
  const std::string rest = refusal.detail + policy::words_for_left_out(*left_out);
  const std::string_view name = watch_.name().text();
  spdlog::logger& log = home_.loop.log;
  switch (refusal.cause) {
  case Cause::httpd:
    return log.info("RTMPT460: session {}: httpd refused what {} asked for: {}", name, shown_client_, rest);
  case Cause::client: return log.info("RTMPT461: session {}: what {} sends is refused: {}", name, shown_client_, rest);
  case Cause::login:
    return log.debug("RTMPT500: session {}: {} is told to log in{}", name, shown_client_,
                     policy::words_for_left_out(*left_out));
  case Cause::silence:
    return log.warn("RTMPT462: session {}: {} is refused, for httpd, which was asked, gave no verdict: {}", name,
                    shown_client_, rest);
  case Cause::limit:
    return log.info("RTMPT522: session {}: {} is refused by a limit of the stream: {}", name, shown_client_, rest);
  case Cause::rate:
    return log.info("RTMPT523: session {}: {} sends faster than RTMPTMaxBitRate allows: {}", name, shown_client_, rest);
  case Cause::other: return log.info("RTMPT524: session {}: {} must end: {}", name, shown_client_, rest);
  }
}

} // namespace rtmpt_proxy::gateway
