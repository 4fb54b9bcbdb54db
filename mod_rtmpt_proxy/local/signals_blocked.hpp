// SPDX-License-Identifier: Apache-2.0
// For the start of threads that must take no signals.
#pragma once

#include <csignal>

namespace rtmpt_proxy::local {

// Blocks every signal in this thread while it lives. A thread that is started meanwhile begins with every signal
// blocked, so signals go to the threads that handle them: the gateway's first loop, httpd's own threads.
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

} // namespace rtmpt_proxy::local
