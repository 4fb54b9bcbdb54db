// rtmptctl's talk with rtmpt-gateway.
#pragma once

#include "command_line.hpp"

#include <rtmpt_proxy/protocol/gateway_message.hpp>

#include <string>

namespace rtmpt_proxy::control {

struct ControlAnswer {
  protocol::GatewayMessage message; // Status or Done, when nothing failed
  ExitStatus status = ExitStatus::done;
  std::string failure; // what went wrong with which socket; empty when nothing did
};

// Connects, hears who answers, gives the order and waits for its answer; for `order.patience` at most.
ControlAnswer give_order(const Order& order);

} // namespace rtmpt_proxy::control
