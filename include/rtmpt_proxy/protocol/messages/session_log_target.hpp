// SPDX-License-Identifier: Apache-2.0
// Where the lines of a session log go, and their format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace rtmpt_proxy::protocol {

enum class SessionLogKind : std::uint8_t {
  file = 1,
  pipe = 2,   // to a program that httpd runs
  syslog = 3, // of this machine
};

// One RTMPTSessionLog. Equal ones of several virtual hosts are one.
struct SessionLogTarget {
  std::string name; // identifies it, also after a restart; contains no secret
  SessionLogKind kind = SessionLogKind::file;
  std::string format;        // as policy/session_log_format.hpp reads it
  std::string tag;           // of a syslog
  std::uint8_t facility = 0; // of a syslog: its code, 0 to 23 (RFC 5424, table 1)
  bool operator==(const SessionLogTarget&) const = default;
};

inline constexpr std::size_t kMaxSessionLogs = 64;
// Room for one within a message: a path of 4 KiB as name, a format of 1 KiB, a tag of 32 bytes, and some more.
inline constexpr std::size_t kSessionLogRoomBytes = 6u << 10;

} // namespace rtmpt_proxy::protocol
