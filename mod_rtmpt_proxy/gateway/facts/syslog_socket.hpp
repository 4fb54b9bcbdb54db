// SPDX-License-Identifier: Apache-2.0
// A socket to the machine's syslog daemon.
#pragma once

#include "local/descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// Where every syslog daemon of a Linux system listens.
inline constexpr const char* kSyslogPath = "/dev/log";

// Used by one thread at a time.
class SyslogSocket {
 public:
  // Connects when the first message is sent.
  explicit SyslogSocket(std::string path = kSyslogPath) : path_(std::move(path)) {}

  // Sends one datagram without waiting. Connects again when the daemon was restarted. Returns 0, or the errno of the
  // last attempt; then the message is lost.
  int send(std::string_view message);

 private:
  int connect();
  int send_connected(std::string_view message) const;

  std::string path_;
  local::Descriptor socket_;
};

// What a local syslog daemon takes, "<PRI>Mmm dd hh:mm:ss tag[pid]: text" (RFC 3164, 4.1, without the host name, which
// the daemon knows), of severity info. `facility` is a code of RFC 5424, table 1.
std::string syslog_message(std::uint8_t facility, std::string_view tag, std::chrono::system_clock::time_point time,
                           std::string_view text);

} // namespace rtmpt_proxy::gateway
