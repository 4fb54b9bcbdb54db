// SPDX-License-Identifier: Apache-2.0
#include "module/child/child_signal.hpp"

#include <csignal>

namespace rtmpt_proxy::apache {

namespace {

void interrupt_sleep(int) {}

apr_status_t take_back(void*) {
  restore_child_signal();
  return APR_SUCCESS;
}

} // namespace

bool notice_dead_children_at_once(apr_pool_t* configuration_pool) {
  struct sigaction present {};
  if (::sigaction(SIGCHLD, nullptr, &present) != 0) return false;
  if (present.sa_handler != SIG_DFL) return true;
  struct sigaction wanted {};
  wanted.sa_handler = interrupt_sleep;
  wanted.sa_flags = SA_NOCLDSTOP; // without SA_RESTART, so that the signal ends the sleep
  sigemptyset(&wanted.sa_mask);
  if (::sigaction(SIGCHLD, &wanted, nullptr) != 0) return false;
  apr_pool_cleanup_register(configuration_pool, nullptr, take_back, apr_pool_cleanup_null);
  return true;
}

void restore_child_signal() {
  struct sigaction present {};
  if (::sigaction(SIGCHLD, nullptr, &present) == 0 && present.sa_handler == interrupt_sleep)
    std::signal(SIGCHLD, SIG_DFL);
}

} // namespace rtmpt_proxy::apache
