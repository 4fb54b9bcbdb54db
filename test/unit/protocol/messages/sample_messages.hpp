// SPDX-License-Identifier: Apache-2.0
// One or more messages of every type, with the frame that must stand for each on the wire.
#pragma once

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::test {

struct Sample {
  std::string name;
  protocol::GatewayMessage message;
  std::string frame; // written by hand from the diagram in gateway_message.hpp
};

const std::vector<Sample>& sample_messages();

// A frame with the given type and payload and a right header.
std::string frame_of(unsigned char type, std::string_view payload);

} // namespace rtmpt_proxy::test
