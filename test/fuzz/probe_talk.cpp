// SPDX-License-Identifier: Apache-2.0
// A probe's conversation with any server comes to an end, and tells the same however its answers are cut.
#include "probe/probe_talk.hpp"

#include "require.hpp"

#include <algorithm>
#include <string>

using namespace rtmpt_proxy::probe;
using rtmpt_proxy::test::require;

namespace {

// What the probe says in the end: the server's whole answers, `piece` bytes at a time, then the end of the connection.
std::string told(std::string_view answers, std::size_t piece) {
  ProbeTalk talk({.tls = false, .host = "host", .port = 80, .app = "live"},
                 std::string(rtmpt_proxy::protocol::kHandshakeRandomBytes, 'r'), ProbeTalk::Time(0));
  std::size_t requests = 0;
  for (; !answers.empty() && !talk.is_over(); answers.remove_prefix(std::min(piece, answers.size()))) {
    requests += talk.take_request().empty() ? 0u : 1u;
    talk.feed(answers.substr(0, piece), ProbeTalk::Time(1));
  }
  talk.lose(Loss::ended, ProbeTalk::Time(2));
  if (!talk.is_over()) talk.lose(Loss::ended, ProbeTalk::Time(2)); // the answer that ended was not the last
  require(talk.is_over(), "a conversation ends with its connection");
  require(talk.steps().size() <= 5 && !talk.steps().empty(), "a step is told once");
  std::string text;
  for (const Step& step : talk.steps()) {
    require(step.good || !step.cause.empty(), "a failure has a cause");
    require(std::none_of(step.said.begin(), step.said.end(), [](char c) { return c >= 0 && c < ' '; }),
            "nothing that is told steers a terminal");
    text += std::to_string(step.good) + std::string(to_string(step.name)) + '\n';
  }
  return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string answers(reinterpret_cast<const char*>(data), size);
  told(answers, answers.size() + 1);
  told(answers, 1);
  told(answers, 1000);
  return 0;
}
