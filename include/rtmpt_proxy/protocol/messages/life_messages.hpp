// SPDX-License-Identifier: Apache-2.0
// The messages on the lifeline, between httpd's parent and a gateway; and Hello, which also begins each channel.
#pragma once

#include <rtmpt_proxy/protocol/messages/backend_tls.hpp>
#include <rtmpt_proxy/protocol/messages/session_log_target.hpp>
#include <rtmpt_proxy/protocol/messages/status_messages.hpp>
#include <rtmpt_proxy/protocol/messages/tls_server.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rtmpt_proxy::protocol {

// Raised whenever a message changes its form; module and gateway of different numbers do not talk.
inline constexpr std::uint32_t kGatewayProtocolVersion = 18;

// The first message of the gateway on its lifeline and on each channel.
struct Hello {
  std::uint32_t protocol_version = kGatewayProtocolVersion;
  std::string program_version; // the project's version, "0.1.0"
  std::uint32_t pid = 0;
  std::uint32_t loops = 1; // event loops: 1 to kMaxGatewayLoops
  std::string tag;         // the tag in its session ids, see session_loop.hpp
  // Whether no process of its user can read its memory. Otherwise it gets no TlsServers.
  bool is_secluded = false;
  bool operator==(const Hello&) const = default;
};

inline constexpr std::uint32_t kDefaultSessionsPerLoop = 64;
inline constexpr std::uint32_t kMaxSessionsPerLoop = 1'000'000;

// From httpd's parent at each start, restart and graceful. Descriptors come along, in this order: the error log's if
// `brings_error_log`, the control socket's if `brings_control_socket`, that of httpd's private listener if
// `brings_ask_door`, then one for each of `session_logs` that is no syslog.
struct GatewaySettings {
  std::uint8_t log_level = 4; // in httpd's numbers: 3 error, 4 warning, 6 info, 7 debug, 8 and more trace
  std::string server_name;    // for the log
  std::uint32_t sessions_per_loop =
      kDefaultSessionsPerLoop; // how many one loop gets before the next is used; 1 or more
  bool brings_error_log = false;
  bool brings_control_socket = false;         // a listening local socket
  bool brings_ask_door = false;               // httpd's private listener, opened with O_PATH: see ask_preamble.hpp
  std::uint32_t most_asks = 1;                // how many connections to it there may be at a time; 1 or more
  std::vector<SessionLogTarget> session_logs; // at most kMaxSessionLogs
  std::vector<Member> members;                // of httpd's configuration, at most kMaxMembers; for the control socket
  // At most kMaxTrustFiles, with kMaxTrustBytes in all. They take the place of those before.
  std::vector<TrustFile> trust_files;
  bool operator==(const GatewaySettings&) const = default;
};

// From httpd's parent before each GatewaySettings: the virtual hosts whose TLS the gateway makes. They are known
// besides those of the messages before, because children of before still hand over clients for those. The gateway keeps
// the servers of the last kTlsGenerations messages.
struct TlsServers {
  std::vector<TlsServer> servers; // at most kMaxTlsServers, with kMaxTlsServersBytes in all
  bool operator==(const TlsServers&) const = default;
};

inline constexpr std::size_t kTlsGenerations = 4;

// The gateway takes no new session, finishes those it has, and ends.
struct Retire {
  bool operator==(const Retire&) const = default;
};

// httpd stops gracefully. The gateway takes no new session, ends those that are still there after `within`, and ends
// with the last one.
struct StopGracefully {
  std::chrono::milliseconds within{0};
  bool operator==(const StopGracefully&) const = default;
};

} // namespace rtmpt_proxy::protocol
