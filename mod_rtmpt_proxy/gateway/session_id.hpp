// Names for sessions that nobody can guess.
#pragma once

#include <cstdint>
#include <string>

namespace rtmpt_proxy::gateway {

// An id of the form that protocol::is_session_id() knows, for a session of `loop`, which is below
// protocol::kMaxGatewayLoops; the 132 random bits come from the kernel. Flash-era clients keep at most 31 characters.
// Throws std::system_error when the kernel gives none.
std::string make_session_id(std::uint32_t loop);

// A name by which a session may be shown: 12 letters and digits at random, which say nothing of its id. Throws as
// above.
std::string make_session_name();

} // namespace rtmpt_proxy::gateway
