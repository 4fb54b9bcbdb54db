#include "module/directives/directives.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/directives/control_directive.hpp"
#include "module/directives/proxy_pass_directive.hpp"
#include "module/directives/session_log_directive.hpp"
#include "module/keeper/gateway_user.hpp"
#include "module/restore/rpaf_directives.hpp"
#include "module/status/status_handler.hpp"

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
    AP_INIT_RAW_ARGS("RTMPTProxyPass", directive<set_proxy_pass>, nullptr, RSRC_CONF,
                     "where the streams go: rtmp://host[:port] or rtmpt://host[:port], with keys as for ProxyPass;"
                     " balancer://name; or ! for nowhere"),
    AP_INIT_RAW_ARGS("RTMPTProxyPassMatch", directive<add_proxy_pass_match>, nullptr, RSRC_CONF,
                     "a header, a regular expression for its value, and a URL as for RTMPTProxyPass; the first line"
                     " that matches says where a stream goes"),
    AP_INIT_TAKE1("RTMPTForwardClient", directive<set_forward_client>, nullptr, RSRC_CONF,
                  "how media servers are told the client's address: none; xff for rtmpt:// servers; proxy-v1,"
                  " proxy-v2 or srs for rtmp:// servers"),
    AP_INIT_TAKE12("RTMPTSessionLog", directive<set_session_log>, nullptr, RSRC_CONF,
                   "the log with one line for each session: a file, \"|program\", syslog:facility[:tag] or off;"
                   " then its format: common, combined (the default) or %-tokens"),
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
    joined(kOtherDirectives, kSimpleDirectives, restore_directives(), status_directives());

} // namespace

const command_rec* directive_table() {
  return kDirectives.data();
}

} // namespace rtmpt_proxy::apache
