// SPDX-License-Identifier: Apache-2.0
// Asks the gateway in a thread of its own, so that a view goes on to take keys and signals.
#pragma once

#include "control/command_line.hpp"
#include "control/control_client.hpp"

#include <memory>
#include <optional>

namespace rtmpt_proxy::control {

// For one thread. An answer that has not come when the asker goes is given up.
class StatusAsker {
 public:
  // Throws std::system_error when the system has no descriptor left.
  StatusAsker();

  // Begins to ask; does nothing while an answer is awaited.
  void ask(const Order& order);

  // Readable as soon as an answer is there.
  int descriptor() const;

  // The answer, if it is there.
  std::optional<ControlAnswer> take();

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  bool is_asking_ = false;
};

} // namespace rtmpt_proxy::control
