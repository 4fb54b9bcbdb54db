// SPDX-License-Identifier: Apache-2.0
// Finds out whether an RTMPT server holds idles until it has data, or answers them at once. It decides whether a send
// may follow an idle that is not answered yet.
#pragma once

#include <chrono>

namespace rtmpt_proxy::gateway {

// node-rtsp-rtmp-server 0.4.0 never answers a send that it reads together with the idle before it, and Flash's servers
// hold idles for half a second. So a send follows a held idle at once, and otherwise waits for the idle's answer.
class IdleHabit {
 public:
  // An empty answer that took this long was held, or the server is busy: nearly the half second for which servers hold.
  static constexpr std::chrono::milliseconds kHeld{400};
  // This many in a row mean that it holds idles, when the server has answered at once before.
  static constexpr int kHeldInARow = 3;
  // How long a send waits for an idle's answer: while nothing is known, and when answers are known to come at once.
  // While nothing is known it waits longer than a server holds, once in a session: a server that would answer at once
  // may be busy, and would not answer the send that overtakes it.
  static constexpr std::chrono::milliseconds kWaitUnknown{600};
  static constexpr std::chrono::milliseconds kWaitAtOnce{2000};

  // An idle was answered without data.
  void answered_empty(std::chrono::steady_clock::duration took);

  // How long a send waits for the answer to the idle before it.
  std::chrono::milliseconds send_wait() const;

 private:
  bool answers_at_once_ = false;
  int held_in_a_row_ = 0;
};

} // namespace rtmpt_proxy::gateway
