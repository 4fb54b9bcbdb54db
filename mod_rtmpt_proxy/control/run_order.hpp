// From an order to what rtmptctl prints and how it ends.
#pragma once

#include "control/command_line.hpp"
#include "control/control_client.hpp"

#include <string>

namespace rtmpt_proxy::control {

struct Outcome {
  ExitStatus status = ExitStatus::done;
  std::string output; // for standard output
  std::string error;  // for standard error, without the program's name
};

// What an answer means to who gave the order.
Outcome outcome_of(const Order& order, const ControlAnswer& answer);

} // namespace rtmpt_proxy::control
