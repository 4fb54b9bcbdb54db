// SPDX-License-Identifier: Apache-2.0
// The terminal as a whole screen, for as long as an object lives.
#pragma once

#include "control/live_page.hpp"
#include "local/descriptor.hpp"
#include "local/gateway_channel.hpp"

#include <optional>
#include <string>
#include <vector>

#include <signal.h>
#include <termios.h>

namespace rtmpt_proxy::control {

// Whether standard output is a terminal.
bool is_terminal();

// What ended a wait. Several can be set at once; none when the time is over.
struct TerminalEvents {
  std::string keys;   // as they were typed
  int end_signal = 0; // SIGINT, SIGTERM or SIGHUP
  bool is_resized = false;
  bool is_ready = false; // the caller's descriptor is readable
  bool is_gone = false;  // nobody types any more
};

// Takes the screen and the signals of the process; the destructor gives both back as they were. Begin it before any
// thread, because threads inherit which signals are blocked.
class Terminal {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  PageSize size() const;

  // Draws the lines from the top, and clears the rest. False when the terminal takes them no more.
  bool show(const std::vector<std::string>& lines);

  // Waits for a key, a signal or `other`, at most until `deadline`.
  TerminalEvents wait(int other, local::Deadline deadline);

 private:
  sigset_t old_signals_{};
  local::Descriptor signals_;
  std::optional<termios> old_modes_; // of standard input, when it is a terminal
};

} // namespace rtmpt_proxy::control
