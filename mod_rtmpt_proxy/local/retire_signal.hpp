// SPDX-License-Identifier: Apache-2.0
// How httpd's parent tells a gateway to finish its sessions when the lifeline can carry no message any more.
#pragma once

#include <csignal>

namespace rtmpt_proxy::local {

// A real-time signal: the others are orders to httpd, which some tools send to all its processes.
inline int retire_signal() {
  return SIGRTMIN;
}

} // namespace rtmpt_proxy::local
