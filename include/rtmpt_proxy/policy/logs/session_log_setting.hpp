// SPDX-License-Identifier: Apache-2.0
// The setting of RTMPTSessionLog.
#pragma once

#include <rtmpt_proxy/protocol/messages/session_log_target.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

inline constexpr std::string_view kDefaultSessionLogFormat = "combined";
inline constexpr std::string_view kDefaultSyslogTag = "rtmpt";
inline constexpr std::size_t kMaxSyslogTagBytes = 32; // RFC 3164, 4.1.3

// One RTMPTSessionLog, as the administrator wrote it.
struct SessionLogSetting {
  bool on = false; // false: RTMPTSessionLog off
  protocol::SessionLogKind kind = protocol::SessionLogKind::file;
  // The file's path; a program with its arguments and the marks of CustomLog ("|", "$") but for the first '|'; nothing
  // for syslog.
  std::string destination;
  std::uint8_t facility = 0; // of syslog: its code
  std::string tag;           // of syslog
  std::string format;        // a nickname or tokens
  bool operator==(const SessionLogSetting&) const = default;
};

struct SessionLogSettingResult {
  SessionLogSetting setting; // `format` is left empty
  std::string error;         // quotes the value and says what was expected; empty when all is well
};

// Reads where the lines go: "off", "|program", "syslog:facility[:tag]" or a file. Does not check whether the file or
// program exists.
SessionLogSettingResult parse_session_log_destination(std::string_view text);

// The name that tells this log from all others, for the gateway and for messages: the file's path (`destination` as
// httpd resolved it), the program without its arguments, which may be secret, and a checksum of these, or the facility
// and tag. The same words give the same name after a restart. `is_other_format`: another log goes to the same place in
// another format; then the name tells the format, too.
std::string session_log_name(const SessionLogSetting& setting, bool is_other_format);

} // namespace rtmpt_proxy::policy
