// SPDX-License-Identifier: Apache-2.0
// Turns the answer to an order into output and exit status.
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

// The output and exit status for an answer.
Outcome outcome_of(const Order& order, const ControlAnswer& answer);

} // namespace rtmpt_proxy::control
