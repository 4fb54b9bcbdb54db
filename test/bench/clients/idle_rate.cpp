// SPDX-License-Identifier: Apache-2.0
// How many empty idles a second a server answers that holds none of them, for scripts/bench.
//
//   idle_rate PORT CONNECTIONS DEPTH SECONDS
//
// Each connection is one session with DEPTH idles under way: 1 is a client that waits for each answer; librtmp has up
// to
// 5. Prints one line of JSON: replies, seconds.
#include "idle_connection.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <stdexcept>
#include <system_error>

#include <sys/epoll.h>
#include <unistd.h>

namespace {

using rtmpt_proxy::bench::IdleConnection;
using Clock = std::chrono::steady_clock;

constexpr int kLongestWaitMs = 5000;

// Keeps `depth` idles under way on each connection until `end`; returns the number of replies.
std::uint64_t keep_asking(std::deque<IdleConnection>& connections, std::size_t depth, Clock::time_point end) {
  const int events = epoll_create1(EPOLL_CLOEXEC);
  if (events < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  for (auto& one : connections) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.ptr = &one;
    epoll_ctl(events, EPOLL_CTL_ADD, one.descriptor(), &wanted);
    one.ask(depth);
  }
  std::uint64_t total = 0;
  std::array<epoll_event, 64> ready{};
  while (Clock::now() < end) {
    const int count = epoll_wait(events, ready.data(), static_cast<int>(ready.size()), kLongestWaitMs);
    if (count <= 0) throw std::runtime_error("no reply for 5 s");
    for (int i = 0; i < count; ++i) {
      auto& one = *static_cast<IdleConnection*>(ready[static_cast<std::size_t>(i)].data.ptr);
      const std::size_t replies = one.replies();
      if (replies > 0) one.ask(replies);
      total += replies;
    }
  }
  ::close(events);
  return total;
}

} // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 5) throw std::invalid_argument("usage: idle_rate PORT CONNECTIONS DEPTH SECONDS");
    std::deque<IdleConnection> connections;
    for (int i = 0; i < std::atoi(argv[2]); ++i)
      connections.emplace_back(static_cast<std::uint16_t>(std::atoi(argv[1])));
    const auto begin = Clock::now();
    const auto total = keep_asking(connections, static_cast<std::size_t>(std::atoi(argv[3])),
                                   begin + std::chrono::seconds(std::atoi(argv[4])));
    std::printf("{\"replies\": %llu, \"seconds\": %.4f}\n", static_cast<unsigned long long>(total),
                std::chrono::duration<double>(Clock::now() - begin).count());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "idle_rate: %s\n", error.what());
    return 2;
  }
}
