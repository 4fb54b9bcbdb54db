// SPDX-License-Identifier: Apache-2.0
// The command line of rtmptctl.
#pragma once

#include "control/live_page.hpp"
#include "control/run_probe.hpp"
#include "control/sign_url.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace rtmpt_proxy::control {

// The exit statuses of rtmptctl, as its manual page has them.
enum class ExitStatus : int {
  done = 0,
  not_found = 1,  // there is no such session, ban or media server
  broken = 1,     // streams cannot use the URL that was probed
  usage = 2,      // the command line is wrong
  no_contact = 3, // the socket is missing, may not be used, or nobody answers there
  failed = 4,     // something else: another version answers, or the output cannot be written
};

// What is shown of the gateway's state.
enum class View { status, sessions, backends, bans, pulls, none };

struct Order {
  std::string socket;               // path of the control socket
  bool json = false;                // instead of text for people
  std::chrono::seconds patience{0}; // for all of it
  View view = View::none;
  protocol::GatewayMessage message; // AskStatus, EndSession, LiftBan or DrainBackend
  std::string object;               // the session, ban or media server as it was named, when `view` is none
  std::optional<ProbeOrder> probe;  // probe: the gateway is not asked
  std::optional<SignOrder> sign;    // sign: the gateway is not asked
  std::optional<LiveOrder> live;    // top: the gateway is asked again and again, with AskStatus
};

struct CommandLine {
  Order order;
  // True when there is no order to run: print `output` and `error`, and exit with `status`.
  bool finished = false;
  ExitStatus status = ExitStatus::done;
  std::string output; // for standard output
  std::string error;  // for standard error
};

// Understands main()'s arguments.
CommandLine read_command_line(int count, const char* const* words, const std::string& version);

} // namespace rtmpt_proxy::control
