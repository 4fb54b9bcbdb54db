// SPDX-License-Identifier: Apache-2.0
// The ways of a viewer's connection to the gateway: handed over, pumped because of its TLS, or by a thread of httpd.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/gateway_client.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

namespace rtmpt_proxy::apache {

// Offers the connection of `r` to the gateway, which answers the request. Returns the handler's result: OK or SUSPENDED
// when the gateway has it, else the answer to the client that was written instead, or its status.
// `terms` say how long that may take, and `answer` is what the gateway has said, where it has said anything.
int hand_over_viewer(request_rec* r, protocol::HandOverViewer viewer, Terms terms, protocol::GatewayMessage& answer);
int pump_viewer(request_rec* r, protocol::HandOverViewer viewer, Terms terms, protocol::GatewayMessage& answer);

// Keeps this thread for the viewer, when a waiting place is free; otherwise 503. Not for WebSocket.
int forward_viewer(request_rec* r, protocol::HandOverViewer viewer, Terms terms, protocol::GatewayMessage& answer);

// Answers HEAD: with the status that this viewer would get, without a viewer. Returns the handler's result.
int answer_head(request_rec* r, protocol::HandOverViewer viewer, Terms terms, protocol::GatewayMessage& answer);

} // namespace rtmpt_proxy::apache
