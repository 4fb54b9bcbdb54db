// SPDX-License-Identifier: Apache-2.0
// Replies that the client does not read, on connections that stay with httpd. librtmp never reads one while it
// publishes. If they were written, they would fill the connection and block the thread until Timeout ends the session.
// So empty replies are counted until the client reads again.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

namespace rtmpt_proxy::apache {

// Whether an answer would leave at once. The gateway is told it with the request, so that it keeps the session's bytes
// until the client reads.
bool client_takes_data(request_rec* r);

// Called before a reply is written. While the client neither reads nor sends its next request, this thread waits for
// one of the two. True when the next request comes first: the reply is counted, and nothing must be written for this
// request.
bool keep_unread(request_rec* r, const protocol::Reply& reply);

// Writes the owed replies, before any other answer. Waits for the client as httpd does for every write.
void write_unread(request_rec* r);

} // namespace rtmpt_proxy::apache
