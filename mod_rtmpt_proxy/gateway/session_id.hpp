// Names for sessions that nobody can guess.
#pragma once

#include <string>

namespace rtmpt_proxy::gateway {

// 132 bits from the kernel as 22 characters of A-Z a-z 0-9 - _ : Flash-era clients keep at most 31. Throws
// std::system_error when the kernel gives none.
std::string make_session_id();

} // namespace rtmpt_proxy::gateway
