// SPDX-License-Identifier: Apache-2.0
// The steps of a probe, and what is known of each.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace rtmpt_proxy::probe {

enum class StepName : std::uint8_t {
  resolve,   // the name of the host
  tcp,       // the connection
  tls,       // its encryption, and who is there
  open,      // POST /open/1
  handshake, // RTMP's, through /send and /idle
  connect,   // RTMP's command for the application
  close,     // POST /close
};

// One word: "open".
std::string_view to_string(StepName name);

// A value for programs.
struct Fact {
  std::string name; // "certificate_days"
  std::variant<std::string, std::int64_t, bool> value;
};

// Texts are plain sentences on one line. What a server said is quoted and escaped.
struct Step {
  StepName name = StepName::resolve;
  bool good = true;
  std::chrono::milliseconds took{0};
  std::string said;               // what came back
  std::string cause;              // of a failure: the likely one
  std::string remedy;             // and what to do
  std::vector<std::string> notes; // good for most, but some clients stumble
  std::vector<Fact> facts;
};

// Cause and remedy of a failure.
struct Advice {
  std::string cause;
  std::string remedy;
};

// A step that has failed.
Step failed_step(StepName name, std::chrono::milliseconds took, std::string said, Advice advice);

} // namespace rtmpt_proxy::probe
