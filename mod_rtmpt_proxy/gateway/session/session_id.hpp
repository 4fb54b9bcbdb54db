// Names for sessions that nobody can guess.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// A tag for a gateway, of the form that protocol::is_gateway_tag() knows: 24 random bits from the kernel. Two gateways
// of one httpd have the same one once in 16 million times; then an id of the other is an unknown one. Throws
// std::system_error when the kernel gives no random bytes.
std::string make_gateway_tag();

// An id of the form that protocol::is_session_id() knows, for a session of `loop`, which is below
// protocol::kMaxGateway, at the gateway with that tag; 108 random bits come from the kernel. Flash-era clients
// keep at most 31 characters. Throws as above.
std::string make_session_id(std::uint32_t loop, std::string_view gateway_tag);

// A name by which a session may be shown: 12 letters and digits at random, which say nothing of its id. Throws as
// above.
std::string make_session_name();

} // namespace rtmpt_proxy::gateway
