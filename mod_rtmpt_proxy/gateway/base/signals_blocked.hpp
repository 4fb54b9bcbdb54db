// Blocks signals while threads are started that must not handle signals.
#pragma once

#include <csignal>

namespace rtmpt_proxy::gateway {

// Threads that start while it lives have all signals blocked, so that the thread of the first loop handles them.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

} // namespace rtmpt_proxy::gateway
