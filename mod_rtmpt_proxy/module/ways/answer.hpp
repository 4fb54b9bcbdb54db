// SPDX-License-Identifier: Apache-2.0
// Answers to tunnel requests, in the form that RTMPT clients need: a Content-Length, never chunked, no error document.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <string_view>

namespace rtmpt_proxy::apache {

// Each function writes the whole answer and returns the value that the handler must return.

// Writes the gateway's reply: 200 with its bytes as application/x-fcs, or an error with a short text.
int answer_reply(request_rec* r, const protocol::Reply& reply);

// Writes the answer to an open: the id and exactly one newline.
int answer_session_id(request_rec* r, const protocol::SessionId& session_id);

// Answers rtmpt-gateway's question about a client of RTMP with yes: protocol::kAskAllowed, without a body,
// and whom httpd takes the client for.
int answer_verdict(request_rec* r);

// Writes an error with a short text. `close` ends the connection, because the bytes that follow on it cannot be
// trusted.
int answer_error(request_rec* r, int status, bool close = false);

} // namespace rtmpt_proxy::apache
