// SPDX-License-Identifier: Apache-2.0
// rtmptctl: shows the sessions of rtmpt-gateway and gives orders about them, over the control socket that httpd has
// made; and tries and signs the URLs of streams.
#include "control/command_line.hpp"
#include "control/control_client.hpp"
#include "control/live_view.hpp"
#include "control/run_order.hpp"
#include "control/run_probe.hpp"
#include "local/error_text.hpp"

#include <rtmpt_proxy/version.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

namespace {

using namespace rtmpt_proxy;
using control::ExitStatus;

// An output that could not be written is a failure, so that a script does not take half a list for the whole one.
ExitStatus print(const std::string& output, const std::string& error, ExitStatus status) {
  if (!error.empty()) std::fprintf(stderr, "%s%s", error.c_str(), error.back() == '\n' ? "" : "\n");
  if (std::fwrite(output.data(), 1, output.size(), stdout) == output.size() && std::fflush(stdout) == 0) return status;
  std::fprintf(stderr, "rtmptctl: RTMPT404: standard output cannot be written: %s\n", local::error_text(errno).c_str());
  return ExitStatus::failed;
}

ExitStatus probe(const control::Order& order) {
  const control::ProbeOrder& what = *order.probe;
  const auto steps = control::run_probe(what);
  const std::string failure = control::probe_failure(what, steps);
  return print(order.json ? probe_json(what, steps) : probe_text(what, steps),
               failure.empty() ? failure : "rtmptctl: " + failure,
               failure.empty() ? ExitStatus::done : ExitStatus::broken);
}

ExitStatus sign(const control::SignOrder& order) {
  const control::Signed made = control::sign(order, std::chrono::system_clock::now());
  return print(made.output, made.error.empty() ? made.error : "rtmptctl: " + made.error,
               made.error.empty() ? ExitStatus::done : ExitStatus::failed);
}

ExitStatus run(int argc, char** argv) {
  const control::CommandLine line = control::read_command_line(argc, argv, std::string(project_version()));
  if (line.finished) return print(line.output, line.error, line.status);
  if (line.order.probe) return probe(line.order);
  if (line.order.sign) return sign(*line.order.sign);
  if (line.order.live && !line.order.live->once && !line.order.json && control::is_terminal()) {
    const control::Outcome last = control::watch(line.order);
    return print(last.output, last.error.empty() ? last.error : "rtmptctl: " + last.error, last.status);
  }
  const control::Outcome outcome = control::outcome_of(line.order, control::give_order(line.order));
  const std::string error = outcome.error.empty() ? std::string() : "rtmptctl: " + outcome.error;
  return print(outcome.output, error, outcome.status);
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN); // a write to a closed pipe returns an error instead
  try {
    return static_cast<int>(run(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rtmptctl: RTMPT405: %s\n", error.what());
    return static_cast<int>(ExitStatus::failed);
  }
}
