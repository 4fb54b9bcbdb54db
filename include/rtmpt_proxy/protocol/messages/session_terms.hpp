// What the administrator set for a virtual host's sessions.
#pragma once

#include <chrono>
#include <cstdint>

namespace rtmpt_proxy::protocol {

// Goes as it is from httpd's configuration to the session. policy/settings/setting_table.hpp has the directive, the
// default and the range of each.
struct SessionTerms {
  std::chrono::milliseconds idle_hold{0};       // longest an idle is held
  std::chrono::milliseconds gather{0};          // longest more bytes are gathered into a reply
  std::chrono::milliseconds session_timeout{0}; // a session without a request for so long ends
  std::uint32_t buffer_bytes = 0;               // per direction
  std::uint32_t max_sessions = 0;               // of the virtual host; 0: no limit
  std::uint32_t max_sessions_per_client = 0;    // of the virtual host and client address; 0: no limit
  bool operator==(const SessionTerms&) const = default;
};

} // namespace rtmpt_proxy::protocol
