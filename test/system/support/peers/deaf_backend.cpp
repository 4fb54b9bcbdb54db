// SPDX-License-Identifier: Apache-2.0
#include "support/peers/deaf_backend.hpp"

#include "support/clients/byte_stream.hpp"

#include <stdexcept>

namespace rtmpt_proxy::test {

using namespace std::chrono_literals;

DeafBackend::DeafBackend() {
  // The kernel keeps as many as it likes; when a connection is not made in time it is full.
  for (int i = 0; i < 2000; ++i) {
    try {
      waiting_.push_back(connect_tcp({"127.0.0.1", backend_.port()}, Deadline(200ms)));
    } catch (const TimedOut&) {
      return;
    }
  }
  throw std::runtime_error("the queue of a listener does not fill");
}

} // namespace rtmpt_proxy::test
