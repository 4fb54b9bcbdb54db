// SPDX-License-Identifier: Apache-2.0
#include "module/recognition/first_wait.hpp"

#include "module/core/connection_notes.hpp"
#include "module/core/mpm_facts.hpp"

#include <algorithm>
#include <cerrno>

#include <poll.h>

namespace rtmpt_proxy::apache {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Longer than a lost segment needs to be sent again. A client of RTMP or TLS speaks first and at once.
constexpr milliseconds kFirstBytesWithin{3000};

} // namespace

bool can_park(const conn_rec* c) {
#if AP_MODULE_MAGIC_AT_LEAST(20120211, 137)
  return c->cs && mpm_number(AP_MPMQ_CAN_WAITIO) != 0;
#else
  static_cast<void>(c);
  return false;
#endif
}

int park(conn_rec* c) {
#if AP_MODULE_MAGIC_AT_LEAST(20120211, 137)
  c->cs->state = CONN_STATE_ASYNC_WAITIO;
  c->cs->sense = CONN_SENSE_WANT_READ;
#else
  static_cast<void>(c);
#endif
  return OK;
}

steady_clock::time_point end_of_first_wait(const conn_rec* c) {
  const auto timeout = std::chrono::ceil<milliseconds>(std::chrono::microseconds(c->base_server->timeout));
  return steady_clock::now() + std::min(kFirstBytesWithin, std::max(timeout, milliseconds{1}));
}

bool await_readable(conn_rec* c, steady_clock::time_point deadline) {
  pollfd client{descriptor_of(c), POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (client.fd < 0 || left.count() <= 0) return false;
    const int count = ::poll(&client, 1, static_cast<int>(left.count()));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) return false;
  }
}

} // namespace rtmpt_proxy::apache
