// Replies that nobody reads, on connections that stay with httpd: librtmp never reads one while it publishes. Written
// as they come they would fill the connection and hold the thread until Timeout ends the session; so empty ones are
// kept as a number until the client reads again.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

namespace rtmpt_proxy::apache {

// Whether an answer would leave at once. Asked before the gateway is, which then keeps the session's bytes for a client
// that reads.
bool client_takes_data(request_rec* r);

// For a reply about to be written: while the client neither reads nor asks for more, this thread waits for either. True
// when the client asks first: the reply is counted, and nothing must be written for this request.
bool keep_unread(request_rec* r, const protocol::Reply& reply);

// Before any other answer: writes the replies that are owed. Waits for the client as httpd waits for all.
void write_unread(request_rec* r);

} // namespace rtmpt_proxy::apache
