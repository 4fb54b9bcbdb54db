// Names for sessions that nobody can guess.
#pragma once

#include <cstdint>
#include <string>

namespace rtmpt_proxy::gateway {

// One character for the loop, below protocol::kMaxGatewayLoops, and 132 bits from the kernel as 22 characters more, all
// of protocol::kSessionIdAlphabet: Flash-era clients keep at most 31. Throws std::system_error when the kernel gives
// none.
std::string make_session_id(std::uint32_t loop);

// A name by which a session may be shown: 12 letters and digits at random, which say nothing of its id. Throws as
// above.
std::string make_session_name();

} // namespace rtmpt_proxy::gateway
