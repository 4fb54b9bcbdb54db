// SPDX-License-Identifier: Apache-2.0
#include "module/directives/directives.hpp"

#include "module/asks/place_config.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/directives/control_directive.hpp"
#include "module/directives/proxy_pass_directive.hpp"
#include "module/directives/session_log_directive.hpp"
#include "module/directives/token_keys_directive.hpp"
#include "module/keeper/gateway_user.hpp"
#include "module/restore/rpaf_directives.hpp"
#include "module/status/status_handler.hpp"
#include "module/watch/list_route.hpp"

#include <rtmpt_proxy/policy/limits/retired_children.hpp>
#include <rtmpt_proxy/policy/settings/setting_text.hpp>
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::uint32_t kMostRetiredChildren = 20000; // what httpd allows ServerLimit to be

inline constexpr char kSetterFailed[] = "RTMPT002: internal error, see the line before";

// The message id of a value that its setting does not take.
constexpr const char* id_of(policy::SettingUnit unit) {
  switch (unit) {
  case policy::SettingUnit::on_off: return ids::kBadSwitch;
  case policy::SettingUnit::time: return ids::kBadTime;
  case policy::SettingUnit::size: return ids::kBadSize;
  case policy::SettingUnit::count: break;
  }
  return ids::kBadCount;
}

// The setting in that row of policy::kSimpleSettings.
template <std::size_t row_index>
const char* set_simple(cmd_parms* cmd, void*, const char* text) {
  constexpr const auto& kRow = std::get<row_index>(policy::kSimpleSettings);
  const auto value = policy::parse_setting(kRow, text);
  if (!value)
    return apr_psprintf(cmd->pool, "%s: %s '%s': expected %s", id_of(kRow.unit), cmd->cmd->name, text,
                        policy::expected_setting(kRow, text).c_str());
  server_config(cmd->server).settings.*kRow.written = value;
  return nullptr;
}

const char* set_forward_client(cmd_parms* cmd, void*, const char* text) {
  const std::optional<policy::ClientForwarding> how = policy::find_client_forwarding(text);
  if (!how)
    return apr_psprintf(cmd->pool, "%s: %s '%.100s': expected none, xff, proxy-v1, proxy-v2 or srs",
                        ids::kBadForwardClient, cmd->cmd->name, text);
  server_config(cmd->server).settings.forward_client = how;
  return nullptr;
}

const char* set_authorize(cmd_parms* cmd, void*, const char* text) {
  const std::optional<bool> on = policy::parse_setting(policy::OnOffSetting{}, text);
  if (!on) return apr_psprintf(cmd->pool, "%s: %s '%.100s': expected On or Off", ids::kBadSwitch, cmd->cmd->name, text);
  server_config(cmd->server).settings.authorize = on;
  return nullptr;
}

const char* set_max_bit_rate(cmd_parms* cmd, void*, const char* rate, const char* action) {
  const std::optional<std::uint32_t> bits_per_second = policy::parse_bit_rate(rate);
  if (!bits_per_second)
    return apr_psprintf(cmd->pool,
                        "%s: %s '%.100s': expected 0 (no limit), or bits per second between 16k and 1G, such as 8M or "
                        "2500k",
                        ids::kBadBitRate, cmd->cmd->name, rate);
  const std::optional<bool> throttles = policy::parse_rate_action(action ? action : "close");
  if (!throttles)
    return apr_psprintf(cmd->pool, "%s: %s %.100s '%.100s': expected close or throttle", ids::kBadBitRate,
                        cmd->cmd->name, rate, action);
  server_config(cmd->server).settings.max_bit_rate = policy::BitRateLimit{*bits_per_second, *throttles};
  return nullptr;
}

const char* set_done_callback(cmd_parms* cmd, void*, const char* text) {
  const bool off = ap_cstr_casecmp(text, "off") == 0;
  if (!off && (*text != '/' || std::strpbrk(text, "# \t")))
    return apr_psprintf(cmd->pool,
                        "%s: %s '%.100s': expected the path of a URL of this site, such as /hooks/done, or off",
                        ids::kBadDoneCallback, cmd->cmd->name, text);
  server_config(cmd->server).settings.done_callback = off ? "" : text;
  return nullptr;
}

const char* set_tls_termination(cmd_parms* cmd, void*, const char* text) {
  const std::optional<policy::TlsTermination> where = policy::find_tls_termination(text);
  if (!where)
    return apr_psprintf(cmd->pool, "%s: %s '%.100s': expected gateway or httpd", ids::kBadTlsTermination,
                        cmd->cmd->name, text);
  server_config(cmd->server).settings.terminate_tls = where;
  return nullptr;
}

const char* set_watch(cmd_parms* cmd, void*, const char* first, const char* second) {
  const std::optional<policy::WatchSetting> watch = policy::parse_watch(first, second ? second : "");
  if (!watch)
    return apr_psprintf(cmd->pool, "%s: %s '%.100s%s%.100s': expected flv, ws or both, or Off", ids::kBadWatch,
                        cmd->cmd->name, first, second ? " " : "", second ? second : "");
  server_config(cmd->server).settings.watch = watch;
  return nullptr;
}

// Called for each word.
const char* add_allowed_origin(cmd_parms* cmd, void*, const char* text) {
  policy::OriginResult result = policy::parse_allowed_origin(text);
  if (!result.error.empty())
    return apr_psprintf(cmd->pool, "%s: %s: %s", ids::kBadOrigin, cmd->cmd->name, result.error.c_str());
  std::optional<policy::AllowedOrigins>& origins = server_config(cmd->server).settings.allowed_origins;
  if (!origins) origins.emplace();
  origins->push_back(std::move(result.origin));
  return nullptr;
}

const char* set_gop_cache(cmd_parms* cmd, void*, const char* text) {
  const std::optional<std::uint32_t> bytes = policy::parse_gop_cache(text);
  if (!bytes)
    return apr_psprintf(cmd->pool, "%s: %s '%.100s': expected Off, or a size between %uK and %uM, such as 4M",
                        ids::kBadGopCache, cmd->cmd->name, text, policy::kMinGopCacheBytes >> 10,
                        policy::kMaxGopCacheBytes >> 20);
  server_config(cmd->server).settings.gop_cache_bytes = bytes;
  return nullptr;
}

const char* set_gateway_path(cmd_parms* cmd, void*, const char* text) {
  if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return misplaced;
  const char* const path = *text ? ap_server_root_relative(cmd->pool, text) : nullptr;
  if (!path || std::strlen(path) >= PATH_MAX)
    return apr_psprintf(cmd->pool, "%s: RTMPTGateway '%s': expected the path of an executable file",
                        ids::kBadGatewayPath, text);
  server_config(cmd->server).gateway_path = path;
  return nullptr;
}

const char* set_gateway_threads(cmd_parms* cmd, void*, const char* threads, const char* sessions) {
  if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return misplaced;
  ServerConfig& config = server_config(cmd->server);
  config.gateway_threads = policy::parse_count(threads, protocol::kMaxGatewayLoops);
  if (config.gateway_threads.value_or(0) == 0)
    return apr_psprintf(cmd->pool, "%s: RTMPTGatewayThreads '%s': expected a number between 1 and %u",
                        ids::kBadGatewayThreads, threads, protocol::kMaxGatewayLoops);
  if (!sessions) return nullptr;
  config.sessions_per_loop = policy::parse_count(sessions, protocol::kMaxSessionsPerLoop);
  if (config.sessions_per_loop.value_or(0) == 0)
    return apr_psprintf(cmd->pool, "%s: RTMPTGatewayThreads %s '%s': expected a number of sessions between 1 and %u",
                        ids::kBadGatewayThreads, threads, sessions, protocol::kMaxSessionsPerLoop);
  return nullptr;
}

const char* set_retired_children(cmd_parms* cmd, void*, const char* number, const char* time) {
  if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return misplaced;
  ServerConfig& config = server_config(cmd->server);
  config.retired_children = policy::parse_count(number, kMostRetiredChildren);
  if (!config.retired_children)
    return apr_psprintf(cmd->pool, "%s: RTMPTRetiredChildren '%s': expected a number between 0 and %u",
                        ids::kBadRetiredChildren, number, kMostRetiredChildren);
  if (!time) return nullptr;
  config.retired_life = policy::parse_time(time);
  if (!config.retired_life || *config.retired_life < policy::kMinRetiredLife ||
      *config.retired_life > policy::kMaxRetiredLife)
    return apr_psprintf(cmd->pool, "%s: RTMPTRetiredChildren %s '%s': expected a time between 1s and %ldh, such as 12h",
                        ids::kBadRetiredChildren, number, time, static_cast<long>(policy::kMaxRetiredLife.count()));
  return nullptr;
}

template <auto setter>
inline constexpr auto directive = guarded<setter, static_cast<const char*>(kSetterFailed)>;

template <std::size_t row_index>
constexpr command_rec simple_directive() {
  constexpr const auto& kRow = std::get<row_index>(policy::kSimpleSettings);
  return AP_INIT_TAKE1(kRow.directive, directive<set_simple<row_index>>, nullptr, RSRC_CONF, kRow.help);
}

template <std::size_t... row_indices>
constexpr std::array<command_rec, sizeof...(row_indices)> simple_directives(std::index_sequence<row_indices...>) {
  return {simple_directive<row_indices>()...};
}

constexpr std::array kSimpleDirectives =
    simple_directives(std::make_index_sequence<std::tuple_size_v<decltype(policy::kSimpleSettings)>>());

constexpr command_rec kOtherDirectives[] = {
    AP_INIT_RAW_ARGS("RTMPTProxyPass", directive<set_proxy_pass>, nullptr, RSRC_CONF | ACCESS_CONF,
                     "where the streams go: rtmp://host[:port], rtmps://host[:port] or rtmpt://host[:port], with keys "
                     "as for ProxyPass;"
                     " balancer://name; hub: or hub:name for this server itself; or ! for nowhere; in a <Location>, "
                     "for clients of RTMP of that application"),
    AP_INIT_RAW_ARGS("RTMPTProxyPassMatch", directive<add_proxy_pass_match>, nullptr, RSRC_CONF,
                     "a header, a regular expression for its value, and a URL as for RTMPTProxyPass; the first line"
                     " that matches says where a stream goes"),
    AP_INIT_TAKE1("RTMPTForwardClient", directive<set_forward_client>, nullptr, RSRC_CONF,
                  "how media servers are told the client's address: none; xff for rtmpt:// servers; proxy-v1,"
                  " proxy-v2 or srs for rtmp:// and rtmps:// servers"),
    AP_INIT_TAKE1("RTMPTTerminateTLS", directive<set_tls_termination>, nullptr, RSRC_CONF,
                  "gateway or httpd: where the TLS of clients ends that name no protocol (ALPN), as those that stream"
                  " do; httpd by default"),
    AP_INIT_TAKE1("RTMPTAuthorize", directive<set_authorize>, nullptr, RSRC_CONF,
                  "On or Off: whether httpd is asked about each publish and play, as PUBLISH /app/name and PLAY"
                  " /app/name; On by default where a rule names these methods"),
    AP_INIT_TAKE12("RTMPTWatch", directive<set_watch>, nullptr, RSRC_CONF,
                   "flv, ws or both: streams of a hub are also played from /app/name.flv, as FLV over HTTP and over"
                   " WebSocket; Off by default"),
    AP_INIT_ITERATE("RTMPTAllowOrigin", directive<add_allowed_origin>, nullptr, RSRC_CONF,
                    "the sites, https://host[:port] each, or *, whose pages may play from /app/name.flv beside those of"
                    " the same host"),
    AP_INIT_TAKE1("RTMPTGopCache", directive<set_gop_cache>, nullptr, RSRC_CONF,
                  "Off or a size: how much of a stream since its last key frame a hub keeps for new viewers; 4M by"
                  " default"),
    AP_INIT_TAKE12(
        "RTMPTMaxBitRate", directive<set_max_bit_rate>, nullptr, RSRC_CONF,
        "the most bits per second that one client may send, such as 8M, or 0; then close (the default), which"
        " ends its session, or throttle"),
    AP_INIT_TAKE1("RTMPTTokenKeys", directive<set_token_keys>, nullptr, RSRC_CONF,
                  "the file with the keys that sign the tokens of streams, for Require stream-token"),
    AP_INIT_TAKE1("RTMPTDoneCallback", directive<set_done_callback>, nullptr, RSRC_CONF,
                  "the path of a URL of this site that is told when a stream has ended, or off"),
    AP_INIT_TAKE12("RTMPTSessionLog", directive<set_session_log>, nullptr, RSRC_CONF,
                   "the log with one line for each session: a file, \"|program\", syslog:facility[:tag] or off;"
                   " then its format: common, combined (the default) or %-tokens"),
    AP_INIT_ITERATE("AuthDigestProvider", directive<note_digest_provider>, nullptr, OR_AUTHCFG,
                    "mod_auth_digest's directive, which this module reads as well: see RTMPTAdobeLogin"),
    AP_INIT_TAKE1("RTMPTGateway", directive<set_gateway_path>, nullptr, RSRC_CONF,
                  "the path of the program rtmpt-gateway"),
    AP_INIT_TAKE1("RTMPTGatewayUser", directive<set_gateway_user>, nullptr, RSRC_CONF,
                  "the user that rtmpt-gateway runs as; httpd's User and Group by default"),
    AP_INIT_TAKE_ARGV("RTMPTControlSocket", directive<set_control_socket>, nullptr, RSRC_CONF,
                      "the path of the socket that rtmptctl uses, or off; rtmpt-control.sock in the runtime directory"
                      " by default; user=, group= and mode= say who may connect beside root"),
    AP_INIT_TAKE12("RTMPTGatewayThreads", directive<set_gateway_threads>, nullptr, RSRC_CONF,
                   "the number of event loops of rtmpt-gateway, 1 to 64; one for each core, at most 8, by default;"
                   " then how many sessions one loop gets before the next is used, 64 by default"),
    AP_INIT_TAKE12("RTMPTRetiredChildren", directive<set_retired_children>, nullptr, RSRC_CONF,
                   "how many retired children of httpd live on for their streams over TLS; half of ServerLimit by"
                   " default; then for how long each of them does, 24h by default"),
};

// One table, as the module record wants it, with an empty entry at its end.
template <std::size_t one, std::size_t... others>
constexpr std::array<command_rec, (one + ... + others) + 1> joined(const command_rec (&first)[one],
                                                                   const std::array<command_rec, others>&... parts) {
  std::array<command_rec, (one + ... + others) + 1> table{};
  auto* place = std::copy(std::begin(first), std::end(first), table.begin());
  ((place = std::copy(parts.begin(), parts.end(), place)), ...);
  return table;
}

constexpr std::array kDirectives =
    joined(kOtherDirectives, kSimpleDirectives, restore_directives(), status_directives(), list_directives());

} // namespace

const command_rec* directive_table() {
  return kDirectives.data();
}

} // namespace rtmpt_proxy::apache
