// SPDX-License-Identifier: Apache-2.0
// `rtmptctl top` on a terminal.
#pragma once

#include "control/run_order.hpp"
#include "control/terminal.hpp"

namespace rtmpt_proxy::control {

// Shows the live sessions until somebody types q, the terminal goes, or a signal ends the program; that signal is
// raised again once the terminal is as it was. When the gateway's first answer is bad, that is the outcome. Later bad
// answers are shown, and the gateway is asked on: httpd starts it again after a crash.
Outcome watch(const Order& order);

} // namespace rtmpt_proxy::control
