// SPDX-License-Identifier: Apache-2.0
#include "probe/probe_talk.hpp"

#include "probe/shown_text.hpp"

#include <utility>

namespace rtmpt_proxy::probe {

namespace {

constexpr std::string_view kNothing("\0", 1); // the body of open, idle and close
// The beginning is what ffmpeg, librtmp and Flash send, so that rules for clients apply.
constexpr std::string_view kFields = "\r\nUser-Agent: Shockwave Flash (rtmptctl probe)"
                                     "\r\nContent-Type: application/x-fcs\r\nContent-Length: ";

} // namespace

ProbeTalk::ProbeTalk(ProbeUrl url, std::string_view random, Time now)
    : url_(std::move(url)), hello_(protocol::client_handshake(random)), now_(now), step_began_(now) {
  ask("/open/1", kNothing);
}

std::string ProbeTalk::take_request() {
  pause_ = Time(0);
  return std::exchange(request_, {});
}

void ProbeTalk::feed(std::string_view bytes, Time now) {
  now_ = now;
  if (is_over()) return;
  const AnswerProgress progress = reader_.feed(bytes);
  if (progress == AnswerProgress::bad)
    return fail("the answer " + std::string(to_string(reader_.error())) + ": " + in_quotes(reader_.unfinished()),
                advice_for_stranger(step_name(), url_.tls));
  if (progress == AnswerProgress::complete) take_answer(reader_.answer());
}

void ProbeTalk::lose(Loss loss, Time now, std::string_view detail) {
  now_ = now;
  if (is_over()) return;
  if (loss == Loss::ended && reader_.end() == AnswerProgress::complete) return take_answer(reader_.answer());
  std::string said = "no answer in time";
  if (loss == Loss::ended) said = "the connection was closed before the answer";
  if (loss == Loss::broken) said = "the connection broke: " + std::string(detail);
  if (const std::string_view begun = reader_.unfinished(); !begun.empty())
    said += ", after " + std::to_string(begun.size()) + " bytes: " + in_quotes(begun);
  fail(std::move(said), advice_for_loss(step_name(), loss));
}

StepName ProbeTalk::step_name() const {
  switch (stage_) {
  case Stage::open: return StepName::open;
  case Stage::hello:
  case Stage::echo: return StepName::handshake;
  case Stage::connect: return StepName::connect;
  case Stage::close:
  case Stage::over: break;
  }
  return StepName::close;
}

// Prepares a request. `target` of the session's requests is the verb alone.
void ProbeTalk::ask(std::string_view target, std::string_view body) {
  request_ = "POST ";
  request_ += target;
  if (stage_ != Stage::open) request_ += session_id_ + '/' + std::to_string(number_++);
  request_ += " HTTP/1.1\r\nHost: " + authority(url_);
  request_ += kFields;
  request_ += std::to_string(body.size()) + "\r\n\r\n";
  request_ += body;
  ++requests_of_step_;
}

// Asks again for what the media server has to say.
void ProbeTalk::ask_more(bool has_news) {
  pause_ = has_news ? Time(0) : kPause;
  ask("/idle/", kNothing);
}

void ProbeTalk::begin(Stage stage) {
  stage_ = stage;
  step_began_ = now_;
  requests_of_step_ = 0;
}

void ProbeTalk::done(Step step) {
  step.name = step_name();
  step.took = now_ - step_began_;
  steps_.push_back(std::move(step));
}

// `can_close`: the session and the connection are there.
void ProbeTalk::fail(std::string said, Advice advice, bool can_close) {
  steps_.push_back(failed_step(step_name(), now_ - step_began_, std::move(said), std::move(advice)));
  request_.clear();
  if (!can_close) {
    stage_ = Stage::over;
    return;
  }
  end_session();
}

// So that the session need not wait for its end by time.
void ProbeTalk::end_session() {
  if (connection_ends_) { // with the last answer, as a proxy may want it
    stage_ = Stage::over;
    return;
  }
  begin(Stage::close);
  ask("/close/", kNothing);
}

} // namespace rtmpt_proxy::probe
