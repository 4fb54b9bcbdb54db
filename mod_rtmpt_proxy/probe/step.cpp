// SPDX-License-Identifier: Apache-2.0
#include "probe/step.hpp"

namespace rtmpt_proxy::probe {

std::string_view to_string(StepName name) {
  switch (name) {
  case StepName::resolve: return "resolve";
  case StepName::tcp: return "tcp";
  case StepName::tls: return "tls";
  case StepName::open: return "open";
  case StepName::handshake: return "handshake";
  case StepName::connect: return "connect";
  case StepName::close: return "close";
  }
  return "unknown";
}

Step failed_step(StepName name, std::chrono::milliseconds took, std::string said, Advice advice) {
  Step step;
  step.name = name;
  step.good = false;
  step.took = took;
  step.said = std::move(said);
  step.cause = std::move(advice.cause);
  step.remedy = std::move(advice.remedy);
  return step;
}

} // namespace rtmpt_proxy::probe
