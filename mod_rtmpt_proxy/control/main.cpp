// rtmptctl: shows and directs the sessions of rtmpt-gateway, over the socket that httpd made for it.
#include "control/command_line.hpp"
#include "control/control_client.hpp"
#include "control/run_order.hpp"

#include <rtmpt_proxy/version.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>

namespace {

using namespace rtmpt_proxy;
using control::ExitStatus;

// What could not be printed is a failure: a script must not take half a list for the whole one.
ExitStatus print(const std::string& output, const std::string& error, ExitStatus status) {
  if (!error.empty()) std::fprintf(stderr, "%s%s", error.c_str(), error.back() == '\n' ? "" : "\n");
  if (std::fwrite(output.data(), 1, output.size(), stdout) == output.size() && std::fflush(stdout) == 0) return status;
  std::fprintf(stderr, "rtmptctl: RTMPT404: standard output cannot be written: %s\n",
               std::generic_category().message(errno).c_str());
  return ExitStatus::failed;
}

ExitStatus run(int argc, char** argv) {
  const control::CommandLine line = control::read_command_line(argc, argv, std::string(project_version()));
  if (line.finished) return print(line.output, line.error, line.status);
  const control::Outcome outcome = control::outcome_of(line.order, control::give_order(line.order));
  const std::string error = outcome.error.empty() ? std::string() : "rtmptctl: " + outcome.error;
  return print(outcome.output, error, outcome.status);
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN); // a reader that is gone shows in the result of a write
  try {
    return static_cast<int>(run(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rtmptctl: RTMPT405: %s\n", error.what());
    return static_cast<int>(ExitStatus::failed);
  }
}
