// SPDX-License-Identifier: Apache-2.0
// What the answer to each step says.
#include "probe/probe_talk.hpp"
#include "probe/shown_text.hpp"

#include <rtmpt_proxy/protocol/rtmpt/open_reply.hpp>

#include <algorithm>

namespace rtmpt_proxy::probe {

namespace {

constexpr std::size_t kShownIdBytes = 4;
constexpr int kOk = 200;
constexpr int kNotFound = 404;

// "403 Forbidden: "You don't have permission ..."".
std::string status_of(const HttpAnswer& answer) {
  std::string text = std::to_string(answer.status);
  if (!answer.reason.empty()) text += ' ' + in_quotes(answer.reason);
  if (!answer.location.empty()) text += ", to " + in_quotes(answer.location);
  if (const std::string words = words_of_page(answer.body); !words.empty()) text += ", " + in_quotes(words);
  return text;
}

// Only a part of it is shown: who has the whole id has the stream.
std::string shortened(std::string_view id) {
  const std::size_t shown_bytes = std::min(kShownIdBytes, id.size() / 2);
  return in_quotes(std::string(id.substr(0, shown_bytes)) + "...") + " of " + std::to_string(id.size()) + " characters";
}

// What an answer has that some clients do not understand.
void add_notes(Step& step, const HttpAnswer& answer) {
  constexpr const char* kTo = ": librtmp (rtmpdump, GStreamer) does not understand it; a proxy in front may write so";
  if (!answer.is_http_1_1) step.notes.push_back(std::string("the answer is not of HTTP/1.1") + kTo);
  if (answer.is_chunked) step.notes.push_back(std::string("the answer comes in chunks") + kTo);
  if (answer.has_length && !answer.is_chunked && !answer.spells_length)
    step.notes.push_back(std::string("Content-Length is spelt in another way") + kTo);
}

std::string counted(std::uint32_t requests) {
  return std::to_string(requests) + (requests == 1 ? " request" : " requests");
}

} // namespace

void ProbeTalk::take_answer(const HttpAnswer& given) {
  const HttpAnswer answer = given; // the reader goes on to the next
  reader_.begin_next();
  if (stage_ == Stage::close) return take_close(answer);
  if (answer.status != kOk)
    return fail(status_of(answer), advice_for_status(step_name(), answer),
                answer.keeps_open && stage_ != Stage::open && answer.status != 404);
  if (stage_ == Stage::open) return take_open(answer);
  take_data(answer);
}

void ProbeTalk::take_open(const HttpAnswer& answer) {
  const auto [id, error] = protocol::parse_open_reply(answer.body);
  if (error != protocol::OpenReplyError::none)
    return fail("200, but " + std::string(protocol::to_string(error)) + ": " + in_quotes(words_of_page(answer.body)),
                advice_for_stranger(StepName::open, url_.tls));
  if (!answer.keeps_open)
    return fail("200, and the connection closes behind the answer", advice_for_close(StepName::open));
  session_id_ = id;
  Step step;
  step.said = "200, session " + shortened(session_id_);
  if (!answer.server.empty()) step.said += ", server " + in_quotes(answer.server);
  step.facts = {{"status", std::int64_t(answer.status)}};
  add_notes(step, answer);
  done(std::move(step));
  begin(Stage::hello);
  ask("/send/", hello_);
}

// An answer to /send or /idle: the polling byte, then RTMP.
void ProbeTalk::take_data(const HttpAnswer& answer) {
  if (answer.body.empty())
    return fail("200, but the answer is empty: expected a polling byte", advice_for_stranger(step_name(), url_.tls),
                answer.keeps_open);
  const std::string_view data = std::string_view(answer.body).substr(1);
  rtmp_.feed(data);
  if (!rtmp_.error().empty())
    return fail("what came is no RTMP: " + rtmp_.error(), advice_for_no_rtmp(), answer.keeps_open);
  if (rtmp_.bytes() > kMaxRtmpBytes)
    return fail("over 4 MiB came, and no answer to what was asked", advice_for_no_rtmp(), answer.keeps_open);
  const bool is_answered = stage_ == Stage::connect ? rtmp_.connect_answer().has_value() : rtmp_.has_handshake();
  const bool is_last = is_answered && (stage_ == Stage::connect || (stage_ == Stage::echo && url_.app.empty()));
  if (!answer.keeps_open && !is_last)
    return fail(counted(requests_of_step_) + ", " + std::to_string(rtmp_.bytes()) +
                    " bytes of RTMP, and then the session was ended",
                advice_for_close(step_name()));
  connection_ends_ = !answer.keeps_open;
  if (!is_answered) return ask_more(!data.empty());
  if (stage_ == Stage::connect) return end_connect();
  if (stage_ == Stage::echo) return end_hello();
  stage_ = Stage::echo;
  ask("/send/", rtmp_.server_hello());
}

void ProbeTalk::end_hello() {
  Step step;
  step.said = "S0, S1 and S2 have come, in " + counted(requests_of_step_);
  if (const std::string server = rtmp_.server_of_handshake(); !server.empty()) {
    step.said += ", from " + server;
    step.facts.push_back({"server", server});
  }
  done(std::move(step));
  if (url_.app.empty()) return end_session();
  begin(Stage::connect);
  ask("/send/", connect_command(url_.app, tc_url(url_)));
}

void ProbeTalk::end_connect() {
  const ConnectAnswer& answer = *rtmp_.connect_answer();
  std::string said = answer.accepted ? "_result" : "_error";
  if (!answer.code.empty()) said += ' ' + in_quotes(answer.code);
  if (!answer.description.empty()) said += ", " + in_quotes(answer.description);
  if (!answer.server.empty()) said += ", from " + in_quotes(answer.server);
  if (!answer.accepted) return fail(std::move(said), advice_for_refusal(), true);
  Step step;
  step.said = std::move(said);
  step.facts = {{"code", answer.code}, {"server", answer.server}};
  done(std::move(step));
  end_session();
}

void ProbeTalk::take_close(const HttpAnswer& answer) {
  // The media server may have ended the session meanwhile, which is no fault of the way.
  const bool had_ended = answer.status == kNotFound;
  if (answer.status != kOk && !had_ended) return fail(status_of(answer), advice_for_status(StepName::close, answer));
  Step step;
  step.said = had_ended ? "404: the session had ended already" : "200";
  step.facts = {{"status", std::int64_t(answer.status)}};
  done(std::move(step));
  stage_ = Stage::over;
}

} // namespace rtmpt_proxy::probe
