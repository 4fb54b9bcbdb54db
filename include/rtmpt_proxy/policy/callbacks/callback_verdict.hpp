// SPDX-License-Identifier: Apache-2.0
// What the answer of a callback means for the stream that it was asked about.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace rtmpt_proxy::policy {

// So much of an answer's body is taken and dropped; one that is longer counts as none.
inline constexpr std::size_t kMaxCallbackAnswerBytes = 64u << 10;

struct CallbackAnswer {
  int status = 0;
  bool has_location = false; // a header Location
  bool too_late = false;     // it was not complete in time
  bool too_long = false;     // over kMaxCallbackAnswerBytes
  bool no_place = false;     // too many callbacks are under way, and this one was not begun
};

enum class CallbackDecision : std::uint8_t {
  allow,
  deny, // the callback says no
  fail, // it says nothing that counts: nobody gets in, and the client may try again
};

struct CallbackVerdict {
  CallbackDecision decision = CallbackDecision::fail;
  std::string why; // for a log; quotes nothing of the client or the callback; empty with `allow`
};

// 2xx allows. 3xx denies, and so does any answer with a Location: the connection to the media server is there when a
// stream is asked about, and nothing that the client has sent is changed, so a redirect could lead nowhere. 4xx denies.
CallbackVerdict judge_callback(const CallbackAnswer& answer, std::chrono::milliseconds time);

} // namespace rtmpt_proxy::policy
