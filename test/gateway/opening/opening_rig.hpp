// SPDX-License-Identifier: Apache-2.0
// The gateway's way to a new session, in the test's own process and thread.
#pragma once

#include "gateway/loops/gateway.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace rtmpt_proxy::test {

// One event loop, which runs while something is waited for. Its log is written to a file in memory.
class OpeningRig {
 public:
  explicit OpeningRig(gateway::NameRules names = {});

  gateway::Gateway& gateway() { return gateway_; }
  gateway::Loop& loop() { return gateway_.first(); }

  // Runs the loop until `condition` holds or kPatience has passed; whether it holds.
  bool runs_until(const std::function<bool()>& condition);

  // Admitted or Refused; unset when kPatience brings neither.
  std::optional<protocol::GatewayMessage> open(const protocol::Admission& admission);

  std::string log_text();

 private:
  int log_;
  gateway::Gateway gateway_;
};

// To an RTMP server at this host and port.
protocol::Admission admission_for(const std::string& host, std::uint16_t port);

// The refusal that `outcome` is; throws when it is something else.
protocol::Refused refused(const std::optional<protocol::GatewayMessage>& outcome);

} // namespace rtmpt_proxy::test
