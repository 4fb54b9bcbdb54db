// SPDX-License-Identifier: Apache-2.0
// Marks the connections that will be pumped: those whose last request was a good one of a live session. At that moment
// nothing of the next request has been read, so the gateway can read it whole.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/gateway_client.hpp"
#include "module/splice/pumped_connection.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <memory>
#include <string_view>

namespace rtmpt_proxy::apache {

class ChildState;

// In the connection's pool; ConnectionNotes points to it. Used by the thread that serves the connection.
struct PumpOffer {
  ChildState* child = nullptr;
  bool wanted = false;                     // true: pump the connection before its next request is read
  std::size_t door = 0;                    // the door of the session's gateway
  protocol::HandOver terms;                // for the session of the last request
  std::unique_ptr<PumpedConnection> taken; // set from the gateway's Take until the pump has it
};

// A request of this session was forwarded, and its gateway knows the session. For connections that may be pumped.
void note_forwarded(request_rec* r, std::size_t door, const protocol::SessionId& session_id);

// The request of this session was answered as it should. For connections that may be pumped; without effect when httpd
// will close the connection, or owes replies on it.
void offer_to_pump(request_rec* r, std::size_t door, const protocol::SessionId& session_id);

} // namespace rtmpt_proxy::apache
