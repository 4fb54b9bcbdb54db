// SPDX-License-Identifier: Apache-2.0
// How much of the processors a process has used.
#pragma once

#include "test/support/deadline.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

#include <sys/types.h>
#include <unistd.h>

namespace rtmpt_proxy::test {

// In seconds, user and system, since it began.
inline double processor_seconds(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

// Whether a process comes to rest: there is half a second in which it uses less than a fifth of a processor. One that
// never rests uses a third of a processor even beside as many others as keep two processors busy.
inline bool comes_to_rest(pid_t pid) {
  constexpr std::chrono::milliseconds kLook{500};
  constexpr double kMostSeconds = 0.1;
  for (const Deadline deadline; !deadline.passed();) {
    const double before = processor_seconds(pid);
    std::this_thread::sleep_for(kLook); // this time is what is measured
    if (processor_seconds(pid) - before < kMostSeconds) return true;
  }
  return false;
}

} // namespace rtmpt_proxy::test
