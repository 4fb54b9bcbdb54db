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
#include <rtmpt_proxy/policy/text/config_advice.hpp>
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace rtmpt_proxy::apache {

namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kMostRetiredChildren = 20000; // what httpd allows ServerLimit to be

inline constexpr char kSetterFailed[] = "RTMPT002: internal error, see the line before";

// Digits, then one of httpd's units or none: ap_timeout_parameter_parse alone also takes signs and trailing text.
bool looks_like_time(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > 9) return false;
  const std::string_view unit = text.substr(digits);
  return unit.empty() || unit == "ms" || unit == "s" || unit == "mi" || unit == "min" || unit == "h";
}

std::optional<milliseconds> parse_time(const char* text) {
  apr_interval_time_t microseconds = 0;
  if (!looks_like_time(text) || ap_timeout_parameter_parse(text, &microseconds, "s") != APR_SUCCESS)
    return std::nullopt;
  return std::chrono::duration_cast<milliseconds>(std::chrono::microseconds(microseconds));
}

template <std::optional<milliseconds> policy::Settings::*field, auto minimum, auto maximum>
const char* set_time(cmd_parms* cmd, void*, const char* text) {
  const std::optional<milliseconds> value = parse_time(text);
  if (!value || *value < milliseconds(minimum) || *value > milliseconds(maximum))
    return apr_psprintf(cmd->pool, "%s: %s '%s': expected %s", ids::kBadTime, cmd->cmd->name, text,
                        policy::expected_time(text, milliseconds(minimum), milliseconds(maximum)).c_str());
  server_config(cmd->server).settings.*field = value;
  return nullptr;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > (1ull << 32)) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  if (unit.empty()) return value;
  if (unit == "K" || unit == "k") return value << 10;
  if (unit == "M" || unit == "m") return value << 20;
  if (unit == "G" || unit == "g") return value << 30;
  return std::nullopt;
}

template <std::optional<std::uint32_t> policy::Settings::*field, std::uint32_t minimum, std::uint32_t maximum>
const char* set_size(cmd_parms* cmd, void*, const char* text) {
  const std::optional<std::uint64_t> value = parse_size(text);
  if (!value || *value < minimum || *value > maximum)
    return apr_psprintf(cmd->pool,
                        "%s: %s '%s': expected a size between %uK and %uM, a whole number of bytes or with K, M or G"
                        " after it, such as 65536, 64K or 1M",
                        ids::kBadSize, cmd->cmd->name, text, minimum >> 10, maximum >> 20);
  server_config(cmd->server).settings.*field = static_cast<std::uint32_t>(*value);
  return nullptr;
}

std::optional<std::uint32_t> parse_count(std::string_view text, std::uint32_t maximum) {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value); // unsigned: takes no sign, no blank
  if (error != std::errc() || rest != end || value > maximum) return std::nullopt;
  return value;
}

template <std::optional<std::uint32_t> policy::Settings::*field, std::uint32_t maximum>
const char* set_count(cmd_parms* cmd, void*, const char* text) {
  const std::optional<std::uint32_t> value = parse_count(text, maximum);
  if (!value)
    return apr_psprintf(cmd->pool, "%s: %s '%s': expected a whole number between 0 (no limit) and %u", ids::kBadCount,
                        cmd->cmd->name, text, maximum);
  server_config(cmd->server).settings.*field = value;
  return nullptr;
}

template <std::optional<bool> policy::Settings::*field>
const char* set_switch(cmd_parms* cmd, void*, const char* text) {
  const bool on = ap_cstr_casecmp(text, "On") == 0;
  if (!on && ap_cstr_casecmp(text, "Off") != 0)
    return apr_psprintf(cmd->pool, "%s: %s '%s': expected On or Off", ids::kBadSwitch, cmd->cmd->name, text);
  server_config(cmd->server).settings.*field = on;
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
  config.gateway_threads = parse_count(threads, protocol::kMaxGatewayLoops);
  if (config.gateway_threads.value_or(0) == 0)
    return apr_psprintf(cmd->pool, "%s: RTMPTGatewayThreads '%s': expected a number between 1 and %u",
                        ids::kBadGatewayThreads, threads, protocol::kMaxGatewayLoops);
  if (!sessions) return nullptr;
  config.sessions_per_loop = parse_count(sessions, protocol::kMaxSessionsPerLoop);
  if (config.sessions_per_loop.value_or(0) == 0)
    return apr_psprintf(cmd->pool, "%s: RTMPTGatewayThreads %s '%s': expected a number of sessions between 1 and %u",
                        ids::kBadGatewayThreads, threads, sessions, protocol::kMaxSessionsPerLoop);
  return nullptr;
}

const char* set_retired_children(cmd_parms* cmd, void*, const char* number, const char* time) {
  if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return misplaced;
  ServerConfig& config = server_config(cmd->server);
  config.retired_children = parse_count(number, kMostRetiredChildren);
  if (!config.retired_children)
    return apr_psprintf(cmd->pool, "%s: RTMPTRetiredChildren '%s': expected a number between 0 and %u",
                        ids::kBadRetiredChildren, number, kMostRetiredChildren);
  if (!time) return nullptr;
  config.retired_life = parse_time(time);
  if (!config.retired_life || *config.retired_life < policy::kMinRetiredLife ||
      *config.retired_life > policy::kMaxRetiredLife)
    return apr_psprintf(cmd->pool, "%s: RTMPTRetiredChildren %s '%s': expected a time between 1s and %ldh, such as 12h",
                        ids::kBadRetiredChildren, number, time, static_cast<long>(policy::kMaxRetiredLife.count()));
  return nullptr;
}

template <auto setter>
inline constexpr auto directive = guarded<setter, static_cast<const char*>(kSetterFailed)>;

constexpr long kMaxIdleHoldMs = policy::kMaxIdleHold.count();
constexpr long kMaxGatherMs = policy::kMaxGather.count();
constexpr long kMinSessionTimeoutMs = policy::kMinSessionTimeout.count();
constexpr long kMaxSessionTimeoutMs = policy::kMaxSessionTimeout.count();

using Settings = policy::Settings;

constexpr command_rec kStreamDirectives[] = {
    AP_INIT_RAW_ARGS(
        "RTMPTProxyPass", directive<set_proxy_pass>, nullptr, RSRC_CONF,
        "rtmp://host[:port] or rtmpt://host[:port] [key=value ...], keys as for ProxyPass: streams go there;"
        " or balancer://name; or ! for nowhere"),
    AP_INIT_RAW_ARGS("RTMPTProxyPassMatch", directive<add_proxy_pass_match>, nullptr, RSRC_CONF,
                     "a header, a regular expression for its value, and what RTMPTProxyPass takes: the first that"
                     " matches a stream says where it goes"),
    AP_INIT_TAKE1("RTMPTHandOver", directive<set_switch<&Settings::hand_over>>, nullptr, RSRC_CONF,
                  "On or Off: whether a client's connection may be handed to rtmpt-gateway"),
    AP_INIT_TAKE1("RTMPTIdleHold", (directive<set_time<&Settings::idle_hold, 0L, kMaxIdleHoldMs>>), nullptr, RSRC_CONF,
                  "longest time an idle request is held until there is data for it"),
    AP_INIT_TAKE1("RTMPTGather", (directive<set_time<&Settings::gather, 0L, kMaxGatherMs>>), nullptr, RSRC_CONF,
                  "how long to gather more data into one reply after its first byte"),
    AP_INIT_TAKE1("RTMPTSessionTimeout",
                  (directive<set_time<&Settings::session_timeout, kMinSessionTimeoutMs, kMaxSessionTimeoutMs>>),
                  nullptr, RSRC_CONF, "a session without a request for so long ends"),
    AP_INIT_TAKE1("RTMPTBufferSize",
                  (directive<set_size<&Settings::buffer_bytes, policy::kMinBufferBytes, policy::kMaxBufferBytes>>),
                  nullptr, RSRC_CONF, "bytes kept for one session and direction"),
    AP_INIT_TAKE1(
        "RTMPTBodyLimit",
        (directive<set_size<&Settings::body_limit_bytes, policy::kMinBodyLimitBytes, policy::kMaxBodyLimitBytes>>),
        nullptr, RSRC_CONF, "largest body of one tunnel request"),
    AP_INIT_TAKE1("RTMPTMaxSessions", (directive<set_count<&Settings::max_sessions, policy::kMaxSessionLimit>>),
                  nullptr, RSRC_CONF, "most sessions of a virtual host at a time; 0 for no limit"),
    AP_INIT_TAKE1("RTMPTMaxSessionsPerClient",
                  (directive<set_count<&Settings::max_sessions_per_client, policy::kMaxSessionLimit>>), nullptr,
                  RSRC_CONF, "most sessions of one client address and virtual host at a time; 0 for no limit"),
    AP_INIT_TAKE1("RTMPTForwardClient", directive<set_forward_client>, nullptr, RSRC_CONF,
                  "how media servers learn the client's address: none, xff (rtmpt://), proxy-v1, proxy-v2 or srs"
                  " (rtmp://)"),
    AP_INIT_TAKE12("RTMPTSessionLog", directive<set_session_log>, nullptr, RSRC_CONF,
                   "a file, \"|program\", syslog:facility[:tag] or off: one line for each session that has ended; and"
                   " its format, common, combined or %-tokens"),
    AP_INIT_TAKE1("RTMPTGateway", directive<set_gateway_path>, nullptr, RSRC_CONF,
                  "path of the rtmpt-gateway executable"),
    AP_INIT_TAKE1("RTMPTGatewayUser", directive<set_gateway_user>, nullptr, RSRC_CONF,
                  "the user that rtmpt-gateway runs as (default: httpd's User and Group)"),
    AP_INIT_TAKE_ARGV("RTMPTControlSocket", directive<set_control_socket>, nullptr, RSRC_CONF,
                      "path of the socket that rtmptctl uses, or off; user=, group= and mode= say who else than root"
                      " may connect (default: rtmpt-control.sock in the runtime directory)"),
    AP_INIT_TAKE12("RTMPTGatewayThreads", directive<set_gateway_threads>, nullptr, RSRC_CONF,
                   "event loops of rtmpt-gateway, 1 to 64 (default: one for each core, at most 8), and how many "
                   "sessions one gets before the next is used (default: 64)"),
    AP_INIT_TAKE12("RTMPTRetiredChildren", directive<set_retired_children>, nullptr, RSRC_CONF,
                   "how many children of httpd that have retired may live on for their streams over TLS (default: half"
                   " of ServerLimit), and each for how long (default: 24h)"),
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

constexpr std::array kDirectives = joined(kStreamDirectives, restore_directives(), status_directives());

} // namespace

const command_rec* directive_table() {
  return kDirectives.data();
}

} // namespace rtmpt_proxy::apache
