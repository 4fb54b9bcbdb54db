// SPDX-License-Identifier: Apache-2.0
// Threads that must take no signals.
#include "local/signals_blocked.hpp"

#include <catch2/catch.hpp>

#include <thread>

using rtmpt_proxy::local::SignalsBlocked;

namespace {

bool is_blocked(int signal) {
  sigset_t now;
  pthread_sigmask(SIG_SETMASK, nullptr, &now);
  return sigismember(&now, signal) == 1;
}

} // namespace

TEST_CASE("A thread that starts while signals are blocked takes none, and the starter's own mask comes back",
          "[signals_blocked]") {
  sigset_t own;
  sigemptyset(&own);
  sigaddset(&own, SIGUSR2);
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, &own, &before);
  bool blocked = false;
  std::thread thread;
  {
    const SignalsBlocked signals;
    thread = std::thread([&blocked] { blocked = is_blocked(SIGTERM) && is_blocked(SIGUSR1) && is_blocked(SIGUSR2); });
  }
  thread.join();
  CHECK(blocked);
  CHECK_FALSE(is_blocked(SIGTERM));
  CHECK(is_blocked(SIGUSR2));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}
