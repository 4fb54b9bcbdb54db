// SPDX-License-Identifier: Apache-2.0
// Which requests publish or play a stream, for rules that are about streams alone.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <cstdint>

namespace rtmpt_proxy::apache {

enum class StreamWish : std::uint8_t {
  none,    // the request is about no stream
  connect, // a client connects, sends a request of RTMPT, or is tried for a login: it is asked again about its stream
  publish,
  play, // by RTMP or RTMPT, or a viewer's GET
};

// What the client wants by this request. After the hooks of translate_name.
StreamWish wish_of_request(request_rec* r);

// The query of the application, where the request is the gateway's about a stream of it; empty: none.
const char* app_query_of(const request_rec* r);

// From now on no log tells the query of this request: a viewer's GET carries its token there. (That of the gateway's
// questions is never told.)
void hide_query_of(request_rec* r);

// Notes why the rule does not let the request in, for the line about a refused client. `id` names the message about a
// viewer's GET, of which httpd has no such line.
void note_refusal(request_rec* r, const char* id, const char* why);

void register_stream_request_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
