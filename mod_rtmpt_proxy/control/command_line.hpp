// The command line of rtmptctl.
#pragma once

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <chrono>
#include <string>

namespace rtmpt_proxy::control {

// The exit statuses of rtmptctl, as its manual page has them.
enum class ExitStatus : int {
  done = 0,
  not_found = 1,  // there is no such session or media server
  usage = 2,      // the command line is wrong
  no_contact = 3, // the socket is missing, may not be used, or nobody answers there
  failed = 4,     // something else: another version answers, or the output cannot be written
};

// What is shown of the gateway's state.
enum class View { status, sessions, backends, none };

struct Order {
  std::string socket;               // path of the control socket
  bool json = false;                // instead of text for people
  std::chrono::seconds patience{0}; // for all of it
  View view = View::none;
  protocol::GatewayMessage message; // AskStatus, EndSession or DrainBackend
  std::string object;               // the session or media server as it was named, when `view` is none
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
