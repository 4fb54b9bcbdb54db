// SPDX-License-Identifier: Apache-2.0
// What an administrator can set per server and virtual host, and how a virtual host inherits.
#pragma once

#include <rtmpt_proxy/policy/logs/session_log_setting.hpp>
#include <rtmpt_proxy/policy/routing/client_forwarding.hpp>
#include <rtmpt_proxy/policy/routing/header_route.hpp>
#include <rtmpt_proxy/policy/routing/pass_target.hpp>
#include <rtmpt_proxy/policy/settings/bit_rate_limit.hpp>
#include <rtmpt_proxy/policy/settings/tls_termination.hpp>
#include <rtmpt_proxy/policy/tokens/token_keys.hpp>
#include <rtmpt_proxy/policy/watch/origin.hpp>
#include <rtmpt_proxy/policy/watch/watch_setting.hpp>
#include <rtmpt_proxy/protocol/messages/session_terms.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace rtmpt_proxy::policy {

// How long a media server has to take a session, unless its worker's parameters say otherwise.
inline constexpr std::chrono::milliseconds kDefaultConnectTimeout{5000};

// What RTMPTGopCache takes beside Off, and what a hub keeps when nobody has set it.
inline constexpr std::uint32_t kMinGopCacheBytes = 64u << 10;
inline constexpr std::uint32_t kMaxGopCacheBytes = 64u << 20;
inline constexpr std::uint32_t kUsualGopCacheBytes = 4u << 20;

// As the administrator wrote it: what nobody set is empty. setting_table.hpp has a row for each member.
struct Settings {
  std::optional<PassTarget> pass;                            // RTMPTProxyPass; `!` is a set value too
  std::optional<HeaderRoutes> routes;                        // RTMPTProxyPassMatch, one for each
  std::optional<bool> hand_over;                             // RTMPTHandOver
  std::optional<bool> accept_rtmp;                           // RTMPTAcceptRTMP
  std::optional<TlsTermination> terminate_tls;               // RTMPTTerminateTLS
  std::optional<bool> adobe_login;                           // RTMPTAdobeLogin
  std::optional<bool> authorize;                             // RTMPTAuthorize
  std::optional<std::chrono::milliseconds> hub_wait;         // RTMPTHubWait
  std::optional<WatchSetting> watch;                         // RTMPTWatch; Off is a set value too
  std::optional<AllowedOrigins> allowed_origins;             // RTMPTAllowOrigin
  std::optional<std::uint32_t> gop_cache_bytes;              // RTMPTGopCache; Off is 0
  std::optional<TokenKeys> token_keys;                       // RTMPTTokenKeys: what the file had
  std::optional<std::string> done_callback;                  // RTMPTDoneCallback; empty: off, which is a set value too
  std::optional<std::chrono::milliseconds> callback_timeout; // RTMPTCallbackTimeout
  std::optional<std::chrono::milliseconds> idle_hold;        // RTMPTIdleHold
  std::optional<std::chrono::milliseconds> gather;           // RTMPTGather
  std::optional<std::chrono::milliseconds> session_timeout;  // RTMPTSessionTimeout
  std::optional<std::uint32_t> buffer_bytes;                 // RTMPTBufferSize
  std::optional<std::uint32_t> body_limit_bytes;             // RTMPTBodyLimit
  std::optional<std::uint32_t> max_sessions;                 // RTMPTMaxSessions
  std::optional<std::uint32_t> max_sessions_per_client;      // RTMPTMaxSessionsPerClient
  std::optional<BitRateLimit> max_bit_rate;                  // RTMPTMaxBitRate
  std::optional<std::uint32_t> max_viewers;                  // RTMPTMaxViewers
  std::optional<bool> one_publisher;                         // RTMPTOnePublisher
  std::optional<ClientForwarding> forward_client;            // RTMPTForwardClient
  std::optional<bool> anonymize_client;                      // RTMPTAnonymizeClient
  std::optional<bool> hide_stream_name;                      // RTMPTHideStreamName
  std::optional<SessionLogSetting> session_log;              // RTMPTSessionLog; `off` is a set value too
  bool operator==(const Settings&) const = default;
};

// The settings in force at a virtual host.
struct EffectiveSettings {
  PassTarget pass;
  HeaderRoutes routes; // tried before `pass`
  bool hand_over = false;
  bool accept_rtmp = false;
  TlsTermination terminate_tls = TlsTermination::httpd;
  std::uint32_t body_limit_bytes = 0;
  WatchSetting watch;
  AllowedOrigins allowed_origins;
  std::chrono::milliseconds callback_timeout{0};
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
