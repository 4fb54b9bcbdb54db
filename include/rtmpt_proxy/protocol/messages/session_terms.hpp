// SPDX-License-Identifier: Apache-2.0
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
  bool anonymize_client = false;                // the client's address is told shortened: logs, status
  bool authorize_streams = false;        // httpd is asked about each publish and play, and about the connect of RTMPT
  std::chrono::milliseconds hub_wait{0}; // viewers of a hub wait so long when their publisher has left
  std::uint32_t gop_cache_bytes = 0;     // a hub keeps so much of a stream for new viewers; 0: nothing
  bool adobe_login = false;              // clients may log in by Adobe's authmod
  bool tells_connect = false;            // what the connect has said goes along with each question about a stream
  bool tells_end = false;                // httpd is told when a stream that it had allowed has ended
  std::uint32_t max_bits_per_second = 0; // from one client; 0: no limit
  bool throttles_bit_rate = false;       // a client over that limit is slowed down; otherwise its session ends
  std::uint32_t max_viewers = 0;         // of one stream of the virtual host; 0: no limit
  bool one_publisher = false;            // of one stream of the virtual host at a time
  bool hide_stream_name = false;         // logs and status have a hash in the place of a stream's name
  bool operator==(const SessionTerms&) const = default;
};

} // namespace rtmpt_proxy::protocol
