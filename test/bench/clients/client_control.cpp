// SPDX-License-Identifier: Apache-2.0
#include "client_control.hpp"

#include <csignal>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>

#include <sys/resource.h>

namespace rtmpt_proxy::bench {

namespace {
constexpr std::chrono::seconds kStartLimit{12};     // beyond the ramp
constexpr std::chrono::milliseconds kPollPeriod{5}; // of the main thread while clients start
} // namespace

void prepare_clients() {
  std::signal(SIGPIPE, SIG_IGN);
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
}

void await_start(const AllFigures& all, std::chrono::milliseconds ramp) {
  const auto deadline = Clock::now() + kStartLimit + ramp;
  while (streaming_count(all) < all.size() && Clock::now() < deadline)
    std::this_thread::sleep_for(kPollPeriod);
  std::printf("{\"started\": %zu}\n", streaming_count(all));
}

void obey(AllFigures& all) {
  auto window_begin = Clock::now();
  for (std::string line; std::getline(std::cin, line) && line != "stop";) {
    if (line != "measure") continue;
    for (auto& one : all)
      one.begin_window();
    window_begin = Clock::now();
  }
  std::printf("%s\n", summary(all, window_begin, Clock::now()).c_str());
}

} // namespace rtmpt_proxy::bench
