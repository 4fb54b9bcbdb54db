// SPDX-License-Identifier: Apache-2.0
#include "module/child/retirement_signal.hpp"

#include "module/splice/tls_pump.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

// A signal handler gets no argument of ours.
std::atomic<int> wake_descriptor{-1};
std::atomic<bool> has_come{false};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler reads it");

void on_termination(int, siginfo_t* info, void*) {
  if (info && info->si_pid == ::getpid()) return;
  has_come.store(true);
  const int descriptor = wake_descriptor.load();
  if (descriptor < 0) return;
  const int error_before = errno;
  const std::uint64_t word = kEndAtOnce;
  [[maybe_unused]] const ssize_t ignored = ::write(descriptor, &word, sizeof word);
  errno = error_before;
}

} // namespace

void report_termination(int descriptor) {
  wake_descriptor.store(descriptor);
  struct sigaction action {};
  action.sa_sigaction = on_termination;
  action.sa_flags = SA_SIGINFO; // no SA_RESTART: it ends the main thread's system call, as httpd's handler does
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGTERM, &action, nullptr); // cannot fail for SIGTERM
}

bool termination_came() {
  return has_come.load();
}

void forget_termination() {
  wake_descriptor.store(-1);
}

} // namespace rtmpt_proxy::apache
