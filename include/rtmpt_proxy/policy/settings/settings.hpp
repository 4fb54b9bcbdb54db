// What an administrator can set per server and virtual host, and how a virtual host inherits.
#pragma once

#include <rtmpt_proxy/policy/logs/session_log_setting.hpp>
#include <rtmpt_proxy/policy/routing/client_forwarding.hpp>
#include <rtmpt_proxy/policy/routing/header_route.hpp>
#include <rtmpt_proxy/policy/routing/pass_target.hpp>
#include <rtmpt_proxy/protocol/messages/session_terms.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace rtmpt_proxy::policy {

// How long a media server has to take a session, unless its worker's parameters say otherwise.
inline constexpr std::chrono::milliseconds kDefaultConnectTimeout{5000};

// As the administrator wrote it: what nobody set is empty. setting_table.hpp has a row for each member.
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

// The settings in force at a virtual host.
struct EffectiveSettings {
  PassTarget pass;
  HeaderRoutes routes; // tried before `pass`
  bool hand_over = false;
  std::uint32_t body_limit_bytes = 0;
  protocol::SessionTerms terms;
  std::optional<ClientForwarding> forward_client; // unset: what is usual with the backend's scheme

  // Whether tunnel requests are claimed here at all: RTMPTProxyPass or a route leads somewhere.
  bool claims_streams() const { return leads_somewhere(pass) || any_leads_somewhere(routes); }
};

// `settings`, and the default of each one that is not set.
EffectiveSettings with_defaults(const Settings& settings);

// What a virtual host with `override` uses inside a server with `base`: a field set in `override` wins, an unset one
// inherits. Routes are inherited or replaced as a whole; `RTMPTProxyPass !` without routes of its own turns off
// inherited routes too. Neither argument changes.
Settings merge(const Settings& base, const Settings& override);

} // namespace rtmpt_proxy::policy
