// SPDX-License-Identifier: Apache-2.0
// A probe's conversation with a tunnel, from POST /open/1 to /close. It knows neither sockets nor a clock.
//
//   open       POST /open/1          ->  the session's id
//   handshake  POST /send  C0 C1     ->  S0 S1 S2, in this answer or those to POST /idle
//              POST /send  C2
//   connect    POST /send  connect   ->  _result or _error, likewise; left out when the URL has no application
//   close      POST /close           ->  200
#pragma once

#include "probe/advice.hpp"
#include "probe/answer_reader.hpp"
#include "probe/probe_url.hpp"
#include "probe/rtmp_answers.hpp"
#include "probe/step.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::probe {

// Not thread-safe. Times are counted from any one moment on, and do not go back.
class ProbeTalk {
 public:
  using Time = std::chrono::milliseconds;

  static constexpr std::size_t kMaxRtmpBytes = 4u << 20; // of RTMP for one probe
  static constexpr Time kPause{50};                      // before an idle, when the last one brought nothing

  // `random`: protocol::kHandshakeRandomBytes for the handshake.
  ProbeTalk(ProbeUrl url, std::string_view random, Time now);

  // What to send now; empty when an answer is awaited or all is over. Each request is given out once.
  std::string take_request();
  // How long to wait before that.
  Time pause() const { return pause_; }

  // Bytes of the server.
  void feed(std::string_view bytes, Time now);
  // No more bytes come. `detail` is the system's reason of Loss::broken.
  void lose(Loss loss, Time now, std::string_view detail = {});

  bool is_over() const { return stage_ == Stage::over; }
  // The steps that are done, in their order.
  const std::vector<Step>& steps() const { return steps_; }

 private:
  enum class Stage : std::uint8_t { open, hello, echo, connect, close, over };

  StepName step_name() const;
  void ask(std::string_view verb, std::string_view body);
  void ask_more(bool has_news);
  void take_answer(const HttpAnswer& answer);
  void take_open(const HttpAnswer& answer);
  void take_data(const HttpAnswer& answer);
  void take_close(const HttpAnswer& answer);
  void end_hello();
  void end_connect();
  void end_session();
  void begin(Stage stage);
  void done(Step step);
  void fail(std::string said, Advice advice, bool can_close = false);

  const ProbeUrl url_;
  std::string hello_; // C0 and C1
  Time now_;
  Time step_began_;
  Time pause_{0};
  Stage stage_ = Stage::open;
  std::string request_;
  std::string session_id_;
  std::uint32_t number_ = 0;     // of the next request of the session
  bool connection_ends_ = false; // with the last answer
  std::uint32_t requests_of_step_ = 0;
  AnswerReader reader_;
  RtmpAnswers rtmp_;
  std::vector<Step> steps_;
};

} // namespace rtmpt_proxy::probe
