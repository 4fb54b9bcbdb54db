// SPDX-License-Identifier: Apache-2.0
// The likely cause of a bad answer, and what to do, in plain words.
#pragma once

#include "probe/answer_reader.hpp"
#include "probe/step.hpp"

#include <cstdint>

namespace rtmpt_proxy::probe {

// How a request went without an answer.
enum class Loss : std::uint8_t {
  timed_out, // the time of the probe is over
  ended,     // the server closed the connection
  broken,    // the system's error
};

// Of an answer whose status is not 200.
Advice advice_for_status(StepName step, const HttpAnswer& answer);

// Of an answer that is no RTMPT although its status is 200, or is no HTTP.
Advice advice_for_stranger(StepName step, bool tls);

// Of a request that was not answered.
Advice advice_for_loss(StepName step, Loss loss);

// Of "Connection: close" behind an answer after which the client has more to ask.
Advice advice_for_close(StepName step);

// Of a media server that has answered, and said no, or something that is no RTMP.
Advice advice_for_refusal();
Advice advice_for_no_rtmp();

} // namespace rtmpt_proxy::probe
