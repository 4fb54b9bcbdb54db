// SPDX-License-Identifier: Apache-2.0
// The payload of gateway messages: its type number, its bytes. Private to protocol/; frames are gateway_message's.
#pragma once

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// The number of a message in its frame: its place in GatewayMessage, counted from 1.
std::uint8_t message_type(const GatewayMessage& message);
bool is_message_type(std::uint8_t type);

// Appends the payload of `message` to `out`.
void append_payload(std::string& out, const GatewayMessage& message);

// Reads the whole `payload` of a message of `type` into `message`. False, and `message` unchanged, when fields are
// missing, surplus or out of their range, or when the type is none.
bool decode_payload(std::uint8_t type, std::string_view payload, GatewayMessage& message);

} // namespace rtmpt_proxy::protocol
