// Names for sessions that nobody can guess.
#pragma once

#include <cstdint>
#include <string>

namespace rtmpt_proxy::gateway {

// One character for the loop, below protocol::kMaxGatewayLoops, and 132 bits from the kernel as 22 characters more, all
// of protocol::kSessionIdAlphabet: Flash-era clients keep at most 31. Throws std::system_error when the kernel gives
// none.
std::string make_session_id(std::uint32_t loop);

} // namespace rtmpt_proxy::gateway
