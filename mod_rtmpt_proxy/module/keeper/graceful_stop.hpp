// SPDX-License-Identifier: Apache-2.0
// What httpd's graceful stop (graceful-stop, SIGWINCH) means for streams.
//
// httpd's children end with their last connection, and the parent with the last child. Streams that were handed over
// are no connections of a child, and those over TLS keep their child for as long as they like. All of them get
// GracefulShutdownTimeout, or local::patience::kStreamsAtGracefulStop when there is none, and end then.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/retained_gateways.hpp"

#include <chrono>

namespace rtmpt_proxy::apache {

// In the parent, when nothing else of httpd is left: waits until the process of `slot` has ended by itself, which it
// does when its last stream has, or until the streams' time is up or httpd is told to stop at once. Returns at once
// when the stop is not a graceful one. True when the process has ended.
bool await_last_stream(GatewaySlot& slot);

void register_graceful_stop_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
