// SPDX-License-Identifier: Apache-2.0
// Names for sessions that nobody can guess.
#pragma once

#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// Makes a tag for a gateway, as protocol::is_gateway_tag() accepts it: 24 random bits from the kernel. One time in 16
// million two gateways of one httpd get the same tag; then ids of the other gateway are unknown ids. Throws
// std::system_error when the kernel gives no random bytes.
std::string make_gateway_tag();

// Makes a session id, as protocol::is_session_id() accepts it, for a session on the loop with that index (below
// protocol::kMaxGatewayLoops) of the gateway with that tag. 108 bits of it are random, from the kernel. Old Flash
// clients keep at most 31 characters. Throws as above.
protocol::SessionId make_session_id(std::uint32_t loop, std::string_view gateway_tag);

// Makes a name under which a session may be shown: 12 random letters and digits, independent of its id. Throws as
// above.
protocol::SessionName make_session_name();

} // namespace rtmpt_proxy::gateway
