// SPDX-License-Identifier: Apache-2.0
// The settings of a virtual host, one row for each. From these rows come httpd's directives, the check of a value,
// inheritance, defaults, the directives that mean nothing without streams, and the check of docs/directives.md. A
// new simple setting is a member of Settings, one of EffectiveSettings or SessionTerms, a row here and a section of
// docs/directives.md.
#pragma once

#include <rtmpt_proxy/policy/settings/settings.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace rtmpt_proxy::policy {

enum class SettingUnit : std::uint8_t {
  on_off,
  time,
  size,  // bytes
  count, // 0: no limit
};

// A setting whose value is one word. `Value` is bool, std::chrono::milliseconds or std::uint32_t.
template <class Value>
struct SimpleSetting {
  const char* directive;
  std::optional<Value> Settings::*written;        // where the administrator's value is kept
  Value& (*effective)(EffectiveSettings& values); // where the value in force is kept
  Value usual;                                    // in force when nobody has set it
  Value least;
  Value most;
  SettingUnit unit;
  const char* help; // a line of `httpd -L`
};

using OnOffSetting = SimpleSetting<bool>;
using TimeSetting = SimpleSetting<std::chrono::milliseconds>;
using NumberSetting = SimpleSetting<std::uint32_t>;

inline constexpr std::tuple kSimpleSettings{
    OnOffSetting{.directive = "RTMPTHandOver",
                 .written = &Settings::hand_over,
                 .effective = [](EffectiveSettings& values) -> bool& { return values.hand_over; },
                 .usual = true,
                 .least = false,
                 .most = true,
                 .unit = SettingUnit::on_off,
                 .help = "On or Off: whether a client's connection may be handed to rtmpt-gateway, or pumped into it"},
    TimeSetting{
        .directive = "RTMPTIdleHold",
        .written = &Settings::idle_hold,
        .effective = [](EffectiveSettings& values) -> std::chrono::milliseconds& { return values.terms.idle_hold; },
        .usual = std::chrono::milliseconds{500},
        .least = std::chrono::seconds{0},
        .most = std::chrono::seconds{30},
        .unit = SettingUnit::time,
        .help = "how long a request for data waits for data"},
    TimeSetting{
        .directive = "RTMPTGather",
        .written = &Settings::gather,
        .effective = [](EffectiveSettings& values) -> std::chrono::milliseconds& { return values.terms.gather; },
        .usual = std::chrono::milliseconds{20},
        .least = std::chrono::seconds{0},
        .most = std::chrono::seconds{2},
        .unit = SettingUnit::time,
        .help = "how long more data is gathered into one answer after its first byte"},
    TimeSetting{.directive = "RTMPTSessionTimeout",
                .written = &Settings::session_timeout,
                .effective = [](EffectiveSettings& values) -> std::chrono::milliseconds& {
                  return values.terms.session_timeout;
                },
                .usual = std::chrono::seconds{15},
                .least = std::chrono::seconds{1},
                .most = std::chrono::hours{1},
                .unit = SettingUnit::time,
                .help = "how long a session lives without a request"},
    NumberSetting{.directive = "RTMPTBufferSize",
                  .written = &Settings::buffer_bytes,
                  .effective = [](EffectiveSettings& values) -> std::uint32_t& { return values.terms.buffer_bytes; },
                  .usual = 1u << 20,
                  .least = 16u << 10,
                  .most = 64u << 20,
                  .unit = SettingUnit::size,
                  .help = "how much memory one session may hold in each direction"},
    NumberSetting{.directive = "RTMPTBodyLimit",
                  .written = &Settings::body_limit_bytes,
                  .effective = [](EffectiveSettings& values) -> std::uint32_t& { return values.body_limit_bytes; },
                  .usual = 128u << 20, // no encoder sends so much at once; nothing of that size is kept
                  .least = 4u << 10,
                  .most = 1u << 30,
                  .unit = SettingUnit::size,
                  .help = "the largest body of one tunnel request"},
    NumberSetting{.directive = "RTMPTMaxSessions",
                  .written = &Settings::max_sessions,
                  .effective = [](EffectiveSettings& values) -> std::uint32_t& { return values.terms.max_sessions; },
                  .usual = 0,
                  .least = 0,
                  .most = 1'000'000,
                  .unit = SettingUnit::count,
                  .help = "how many sessions a virtual host may have at a time; 0 is no limit"},
    NumberSetting{
        .directive = "RTMPTMaxSessionsPerClient",
        .written = &Settings::max_sessions_per_client,
        .effective = [](EffectiveSettings& values) -> std::uint32_t& { return values.terms.max_sessions_per_client; },
        .usual = 0,
        .least = 0,
        .most = 1'000'000,
        .unit = SettingUnit::count,
        .help = "how many sessions one client address may have at a virtual host at a time; 0 is no limit"},
    TimeSetting{
        .directive = "RTMPTHubWait",
        .written = &Settings::hub_wait,
        .effective = [](EffectiveSettings& values) -> std::chrono::milliseconds& { return values.terms.hub_wait; },
        .usual = std::chrono::seconds{10},
        .least = std::chrono::seconds{0},
        .most = std::chrono::minutes{10},
        .unit = SettingUnit::time,
        .help = "how long viewers of a hub wait for a publisher that has left before their stream ends"},
    NumberSetting{.directive = "RTMPTMaxViewers",
                  .written = &Settings::max_viewers,
                  .effective = [](EffectiveSettings& values) -> std::uint32_t& { return values.terms.max_viewers; },
                  .usual = 0,
                  .least = 0,
                  .most = 1'000'000,
                  .unit = SettingUnit::count,
                  .help = "how many sessions may play one stream of a virtual host at a time; 0 is no limit"},
    OnOffSetting{.directive = "RTMPTOnePublisher",
                 .written = &Settings::one_publisher,
                 .effective = [](EffectiveSettings& values) -> bool& { return values.terms.one_publisher; },
                 .usual = false,
                 .least = false,
                 .most = true,
                 .unit = SettingUnit::on_off,
                 .help = "On or Off: whether a stream that is being published is refused to other publishers, and goes "
                         "over to the same user or address"},
    OnOffSetting{.directive = "RTMPTHideStreamName",
                 .written = &Settings::hide_stream_name,
                 .effective = [](EffectiveSettings& values) -> bool& { return values.terms.hide_stream_name; },
                 .usual = false,
                 .least = false,
                 .most = true,
                 .unit = SettingUnit::on_off,
                 .help = "On or Off: whether logs and status pages have a hash in the place of a stream's name"},
    TimeSetting{
        .directive = "RTMPTCallbackTimeout",
        .written = &Settings::callback_timeout,
        .effective = [](EffectiveSettings& values) -> std::chrono::milliseconds& { return values.callback_timeout; },
        .usual = std::chrono::seconds{3},
        .least = std::chrono::milliseconds{100},
        .most = std::chrono::seconds{8}, // the gateway waits ten for httpd's answer
        .unit = SettingUnit::time,
        .help = "how long a callback may take to answer"},
    OnOffSetting{.directive = "RTMPTAnonymizeClient",
                 .written = &Settings::anonymize_client,
                 .effective = [](EffectiveSettings& values) -> bool& { return values.terms.anonymize_client; },
                 .usual = false,
                 .least = false,
                 .most = true,
                 .unit = SettingUnit::on_off,
                 .help = "On or Off: whether logs and status pages tell shortened addresses of clients"},
    OnOffSetting{.directive = "RTMPTAcceptRTMP",
                 .written = &Settings::accept_rtmp,
                 .effective = [](EffectiveSettings& values) -> bool& { return values.accept_rtmp; },
                 .usual = false,
                 .least = false,
                 .most = true,
                 .unit = SettingUnit::on_off,
                 .help = "On or Off: whether clients may also speak RTMP and RTMPS to the ports of httpd"},
    OnOffSetting{.directive = "RTMPTAdobeLogin",
                 .written = &Settings::adobe_login,
                 .effective = [](EffectiveSettings& values) -> bool& { return values.terms.adobe_login; },
                 .usual = false,
                 .least = false,
                 .most = true,
                 .unit = SettingUnit::on_off,
                 .help = "On or Off: whether clients may log in by Adobe's authmod where a path has AuthType Digest"}};

// A setting that is more than one word, or whose default depends on something else. Its directive, check and default
// stand with it; the table knows its name and how it is inherited.
template <class Value>
struct OtherSetting {
  const char* directive;
  std::optional<Value> Settings::*written;
  bool brings_streams; // the virtual host carries streams because of it
};

inline constexpr std::tuple kOtherSettings{
    OtherSetting<PassTarget>{"RTMPTProxyPass", &Settings::pass, true},
    OtherSetting<HeaderRoutes>{"RTMPTProxyPassMatch", &Settings::routes, true},
    OtherSetting<ClientForwarding>{"RTMPTForwardClient", &Settings::forward_client, false},
    OtherSetting<SessionLogSetting>{"RTMPTSessionLog", &Settings::session_log, false},
    OtherSetting<TlsTermination>{"RTMPTTerminateTLS", &Settings::terminate_tls, false},
    OtherSetting<BitRateLimit>{"RTMPTMaxBitRate", &Settings::max_bit_rate, false},
    OtherSetting<bool>{"RTMPTAuthorize", &Settings::authorize, false},
    OtherSetting<WatchSetting>{"RTMPTWatch", &Settings::watch, false},
    OtherSetting<AllowedOrigins>{"RTMPTAllowOrigin", &Settings::allowed_origins, false},
    OtherSetting<std::uint32_t>{"RTMPTGopCache", &Settings::gop_cache_bytes, false},
    OtherSetting<TokenKeys>{"RTMPTTokenKeys", &Settings::token_keys, false},
    OtherSetting<std::string>{"RTMPTDoneCallback", &Settings::done_callback, false},
};

// Calls `visit` with each row of `table`, in its order.
template <class... Rows>
constexpr void for_each_row(const std::tuple<Rows...>& table, const auto& visit) {
  std::apply([&visit](const auto&... rows) { (visit(rows), ...); }, table);
}

// The directives that have no effect on a virtual host without streams.
std::vector<std::string_view> settings_of_streams();

} // namespace rtmpt_proxy::policy
