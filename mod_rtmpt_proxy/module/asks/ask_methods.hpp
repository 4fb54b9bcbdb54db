// SPDX-License-Identifier: Apache-2.0
// The HTTP methods by which rtmpt-gateway asks, so that <Limit> and Require method can name them: OPEN for the connect
// of a client, PUBLISH and PLAY for what it does then. By DONE it tells that a stream has ended.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <cstdint>

namespace rtmpt_proxy::apache {

// What the gateway asks by a request. All but an open are about a session that is there: httpd says whether the client
// may, and does nothing else.
enum class AskPurpose : std::uint8_t {
  none,    // the request is no ask
  open,    // OPEN /app: may this client of RTMP connect, and where does it go?
  connect, // OPEN /app of a session at a known virtual host: may this client of RTMPT connect to the application?
  publish, // PUBLISH /app/name
  play,    // PLAY /app/name
  done,    // DONE /app/name: a stream that was allowed has ended. No question: nothing depends on the answer
};

// From the first hooks of post_read_request on. A subrequest and an internal redirect are no asks.
AskPurpose purpose_of(const request_rec* r);

bool is_open_ask(const request_rec* r);

// Whether the ask is about a session that is there.
bool is_verdict_ask(const request_rec* r);

// Registers the methods. From the network they get 405 where streams are carried; elsewhere they are what they were
// without this module. On the gateway's connections nothing but asks is served.
void register_ask_method_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
