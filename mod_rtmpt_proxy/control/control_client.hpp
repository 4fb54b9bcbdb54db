// SPDX-License-Identifier: Apache-2.0
// The conversation of rtmptctl with rtmpt-gateway.
#pragma once

#include "control/command_line.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstddef>
#include <string>

namespace rtmpt_proxy::control {

// The most that a message shows of a text that an administrator or another program wrote.
inline constexpr std::size_t kMaxShownBytes = 256;

struct ControlAnswer {
  std::string state;  // of the gateway, as JSON, when the order was AskStatus and nothing failed
  bool found = false; // for any other order: what it names exists, and it is done
  ExitStatus status = ExitStatus::done;
  std::string failure; // what went wrong with which socket; empty when nothing did
};

// Connects, checks who answers, sends the order and waits for its whole answer, at most `order.patience`.
ControlAnswer give_order(const Order& order);

} // namespace rtmpt_proxy::control
