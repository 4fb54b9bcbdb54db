// What an administrator can set per server and virtual host, and how a virtual host inherits.
#pragma once

#include <rtmpt_proxy/policy/logs/session_log_setting.hpp>
#include <rtmpt_proxy/policy/routing/client_forwarding.hpp>
#include <rtmpt_proxy/policy/routing/header_route.hpp>
#include <rtmpt_proxy/policy/routing/pass_target.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace rtmpt_proxy::policy {

// Defaults, each in this one place. `Settings` leaves a field empty where the administrator said nothing.
inline constexpr bool kDefaultHandOver = true;
inline constexpr std::chrono::milliseconds kDefaultIdleHold{500};
inline constexpr std::chrono::milliseconds kDefaultGather{20};
inline constexpr std::chrono::milliseconds kDefaultSessionTimeout{15000};
inline constexpr std::uint32_t kDefaultBufferBytes = 1u << 20;
inline constexpr std::uint32_t kDefaultBodyLimitBytes = 128u << 20; // no encoder meets it; nothing of that size is kept
inline constexpr std::chrono::milliseconds kDefaultConnectTimeout{5000};
inline constexpr std::uint32_t kNoSessionLimit = 0;

// Limits that hold whatever the administrator sets.
inline constexpr std::chrono::milliseconds kMaxIdleHold{30000};
inline constexpr std::chrono::milliseconds kMaxGather{2000};
inline constexpr std::chrono::milliseconds kMinSessionTimeout{1000};
inline constexpr std::chrono::milliseconds kMaxSessionTimeout{3600000};
inline constexpr std::uint32_t kMinBufferBytes = 16u << 10;
inline constexpr std::uint32_t kMaxBufferBytes = 64u << 20;
inline constexpr std::uint32_t kMinBodyLimitBytes = 4u << 10;
inline constexpr std::uint32_t kMaxBodyLimitBytes = 1u << 30;
inline constexpr std::uint32_t kMaxSessionLimit = 1'000'000;

struct Settings {
  std::optional<PassTarget> pass;                           // RTMPTProxyPass; `!` is a set value too
  std::optional<HeaderRoutes> routes;                       // RTMPTProxyPassMatch, one for each
  std::optional<bool> hand_over;                            // RTMPTHandOver
  std::optional<std::chrono::milliseconds> idle_hold;       // RTMPTIdleHold
  std::optional<std::chrono::milliseconds> gather;          // RTMPTGather
  std::optional<std::chrono::milliseconds> session_timeout; // RTMPTSessionTimeout
  std::optional<std::uint32_t> buffer_bytes;                // RTMPTBufferSize
  std::optional<std::uint32_t> body_limit_bytes;            // RTMPTBodyLimit
  std::optional<std::uint32_t> max_sessions;                // RTMPTMaxSessions
  std::optional<std::uint32_t> max_sessions_per_client;     // RTMPTMaxSessionsPerClient
  std::optional<ClientForwarding> forward_client;           // RTMPTForwardClient
  std::optional<SessionLogSetting> session_log;             // RTMPTSessionLog; `off` is a set value too
  bool operator==(const Settings&) const = default;
};

// What a virtual host with `override` uses inside a server with `base`: a field set in `override` wins, an unset one
// inherits. Routes are inherited or replaced as a whole; `RTMPTProxyPass !` without routes of its own turns off
// inherited routes too. Neither argument changes.
Settings merge(const Settings& base, const Settings& override);

} // namespace rtmpt_proxy::policy
