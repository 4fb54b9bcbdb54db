// SPDX-License-Identifier: Apache-2.0
// Streams that have limits of their own, without a question to httpd about publish and play.
#pragma once

#include "rtmp_rig.hpp"
#include "stream_asks.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <string>

namespace rtmpt_proxy::test {

// Of a client of RTMP with that address, as httpd admits it without RTMPTAuthorize.
protocol::Admission limited_admission(const RtmpRig& rig, const std::string& client_address = "192.0.2.1");

// A stream of a new client of RTMP with that admission, behind its connect.
CarriedStream carry_with(RtmpRig& rig, protocol::Admission admission);

// Whether what the client sent has come to its server, all of it.
bool comes_through(CarriedStream& stream, const std::string& bytes);

// deleteStream of message stream 1.
std::string delete_stream();

// Gives an order as a child of httpd does.
bool is_done(RtmpRig& rig, const protocol::GatewayMessage& order);

} // namespace rtmpt_proxy::test
