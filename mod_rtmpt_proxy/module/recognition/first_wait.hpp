// SPDX-License-Identifier: Apache-2.0
// Waiting for the first bytes of a client: without a thread where httpd can, shortly where it cannot.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <chrono>

namespace rtmpt_proxy::apache {

// Whether MPM event can wait for a client's bytes without a thread. An httpd before 2.4.63 cannot.
bool can_park(const conn_rec* c);

// Lets MPM event call the hooks of process_connection again when there is something to read. Returns what such a hook
// must return.
int park(conn_rec* c);

// How long this thread may wait for the first bytes: 3 seconds, or Timeout if that is less.
std::chrono::steady_clock::time_point end_of_first_wait(const conn_rec* c);

// Waits in this thread until the socket is readable. False when the time is over, or the connection has no socket.
bool await_readable(conn_rec* c, std::chrono::steady_clock::time_point deadline);

} // namespace rtmpt_proxy::apache
