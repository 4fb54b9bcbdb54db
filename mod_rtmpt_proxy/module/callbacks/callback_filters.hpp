// SPDX-License-Identifier: Apache-2.0
// The two ends of a callback's subrequest: where its body comes from, and where the body of its answer ends.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/gateway_client.hpp"

#include <cstddef>

namespace rtmpt_proxy::apache {

// The state of one callback. Lives on the stack of the thread that serves it.
struct CallbackEnds {
  request_rec* subrequest = nullptr;
  const char* body = nullptr; // of the request, in the subrequest's pool
  std::size_t body_bytes = 0;
  std::size_t given_bytes = 0;  // of the body
  std::size_t answer_bytes = 0; // dropped so far
  Deadline until;
  bool too_late = false;
  bool too_long = false;
};

// Makes these the only filters of the subrequest. They belong to no request, so an internal redirect of a program keeps
// them: nothing that it says reaches the connection of the request that asks.
void put_ends(CallbackEnds& ends);

void register_callback_filters(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
