// SPDX-License-Identifier: Apache-2.0
// The name in front of a message, as the most generous media server reads it: nginx-rtmp and SRS take data for commands
// as well, and nginx-rtmp the name of a shared object; nginx-rtmp reads a name up to a NUL, whatever its case.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::protocol {

// Whether messages of that type begin with a name: commands, data and shared objects, of both AMF versions.
bool has_name(std::uint8_t message_type);

// Whether the message could be taken for a command of this name, which is lower-case. `front` is the beginning of its
// payload, or all of it.
bool may_have_name(std::uint8_t message_type, std::string_view front, std::string_view name);

// The same while the message is still coming: whether its name can still become this one.
bool may_become(std::uint8_t message_type, std::string_view front, std::string_view name);

} // namespace rtmpt_proxy::protocol
