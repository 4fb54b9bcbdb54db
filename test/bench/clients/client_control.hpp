// SPDX-License-Identifier: Apache-2.0
// How scripts/bench drives a program with many clients: what it prints, and what it obeys.
#pragma once

#include "client_figures.hpp"

#include <chrono>

namespace rtmpt_proxy::bench {

// Before anything else: as many descriptors as may be, whole lines on the standard output, no end by SIGPIPE.
void prepare_clients();

// Waits until all clients stream, but not longer than some seconds beyond `ramp`; prints {"started": N}.
void await_start(const AllFigures& all, std::chrono::milliseconds ramp);

// Obeys lines on the standard input: "measure" begins the window, "stop" ends it and prints its summary. Returns then,
// and at the end of the input.
void obey(AllFigures& all);

} // namespace rtmpt_proxy::bench
