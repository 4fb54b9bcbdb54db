// SPDX-License-Identifier: Apache-2.0
// Finds what keeps clients of RTMP from being treated as those of RTMPT: lines of mod_remoteip for the PROXY protocol,
// which tell this module no client before there is a request; and rules for clients in a <Location> that binds clients
// of RTMP alone. An open of RTMPT names no application, so the same rule does not bind clients of RTMPT, which an
// administrator may not expect. And rules for opens beside RTMPTWatch, because viewers over HTTP open nothing.
#include "module/asks/stream_rules.hpp"
#include "module/balancer/cached_workers.hpp"
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/named_backends.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"

#include <rtmpt_proxy/policy/routing/site_lines.hpp>
#include <rtmpt_proxy/policy/routing/stream_rules.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

// The requests of RTMPT that have a path of their own.
constexpr std::array<const char*, 5> kTunnelPaths{"/open/1", "/send/0/1", "/idle/0/1", "/close/0/1", "/fcs/ident2"};

// The innermost <Location> or <LocationMatch> around a line; null: none.
const ap_directive_t* location_of(const ConfigurationLine& line) {
  const ap_directive_t* const plain = line.section("<Location");
  return plain ? plain : line.section("<LocationMatch");
}

bool has_handler(const ap_directive_t& section) {
  for (const ap_directive_t* line = section.first_child; line; line = line->next)
    for (const char* const name : {"SetHandler", "ProxyPass", "ProxyPassMatch", "Alias", "ScriptAlias"})
      if (ap_cstr_casecmp(line->directive, name) == 0) return true;
  return false;
}

bool section_holds_for(const ap_directive_t& section, const char* path, apr_pool_t* pool) {
  policy::SiteLine words{section.directive, {}};
  for (const char* rest = section.args ? section.args : ""; *rest;)
    words.words.emplace_back(ap_getword_conf(pool, &rest));
  return policy::location_holds_for(words, path, [pool, path](const std::string& text, bool in_any_case) {
    const ap_regex_t* const pattern =
        ap_pregcomp(pool, text.c_str(), AP_REG_EXTENDED | (in_any_case ? AP_REG_ICASE : 0));
    return pattern && ap_regexec(pattern, path, 0, nullptr, 0) == 0;
  });
}

bool is_about_tunnel(const ap_directive_t& section, apr_pool_t* pool) {
  return std::any_of(kTunnelPaths.begin(), kTunnelPaths.end(),
                     [&](const char* path) { return section_holds_for(section, path, pool); });
}

// Where RTMPTAuthorize holds, clients of RTMPT are asked about their application as well.
const server_rec* half_bound_server(const server_rec* main_server, const ConfigurationLine& line) {
  for (const server_rec* server = main_server; server; server = server->next)
    if (accepts_rtmp(server) && counts_for(line, server) && !authorizes_streams(server)) return server;
  return nullptr;
}

// A virtual host that takes RTMP and that the line stands for; null: none.
const server_rec* accepting_server(const server_rec* main_server, const ConfigurationLine& line) {
  for (const server_rec* server = main_server; server; server = server->next)
    if (accepts_rtmp(server) && counts_for(line, server)) return server;
  return nullptr;
}

void check_remoteip_lines(server_rec* main_server) {
  for (const ConfigurationLine& line : find_lines({"RemoteIPProxyProtocol"})) {
    if (ap_cstr_casecmp(line.arguments(), "On") != 0) continue;
    const server_rec* const server = accepting_server(main_server, line);
    if (!server) continue;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: RemoteIPProxyProtocol On, and %s has RTMPTAcceptRTMP On: no client that comes by a proxy can"
                 " speak RTMP there, because mod_remoteip tells nobody its address: expected RPAFproxyProtocol On",
                 ids::kRemoteIpHidesClients, place_of(line).c_str(), place_of(server).c_str());
  }
}

constexpr const char* kPathOfOpen = "/open/1";
constexpr const char* kPathOfViewer = "/live/cam1.flv"; // any will do that is no path of RTMPT
constexpr std::array<const char*, 4> kNamingDirectives{"<Limit", "<If", "<ElseIf", "RewriteCond"};

std::string_view text_of(const ap_directive_t& directive) {
  return directive.args ? directive.args : "";
}

bool has_text(const ap_directive_t& directive, std::string_view text) {
  return text_of(directive).find(text) != std::string_view::npos;
}

bool is_directive(const ap_directive_t& directive, const char* name) {
  return ap_cstr_casecmp(directive.directive, name) == 0;
}

// <Limit OPEN>, or an expression or a condition about the method OPEN.
bool names_opens_alone(const ap_directive_t& directive) {
  const bool may_name = std::any_of(kNamingDirectives.begin(), kNamingDirectives.end(),
                                    [&](const char* name) { return is_directive(directive, name); });
  return may_name && has_text(directive, "OPEN") && !has_text(directive, "PLAY") && !has_text(directive, "GET");
}

// The section or the line that binds opens alone; null: it does not.
const ap_directive_t* open_rule(const ConfigurationLine& line, apr_pool_t* pool) {
  for (const ap_directive_t* const section : line.sections) {
    if (names_opens_alone(*section)) return section;
    if (section_holds_for(*section, kPathOfOpen, pool) && !section_holds_for(*section, kPathOfViewer, pool))
      return section;
  }
  return names_opens_alone(*line.directive) ? line.directive : nullptr;
}

bool is_watched(const server_rec* server) {
  const policy::WatchSetting watch = server_config(server).settings.watch.value_or(policy::WatchSetting{});
  return (watch.flv || watch.websocket) && (!named_hubs(server).empty() || !cached_targets(server).empty());
}

bool mentions_play(const server_rec* server) {
  const std::vector<ConfigurationLine> lines = find_lines(policy::stream_rule_directives());
  return std::any_of(lines.begin(), lines.end(), [server](const ConfigurationLine& line) {
    return counts_for(line, server) && has_text(*line.directive, "PLAY");
  });
}

void warn_of_open_rules(apr_pool_t* pool, server_rec* main_server, const server_rec* server,
                        std::vector<const ap_directive_t*>& told) {
  for (const ConfigurationLine& line : find_lines({"Require", "Deny", "RewriteCond"})) {
    const ap_directive_t* const rule = counts_for(line, server) ? open_rule(line, pool) : nullptr;
    if (!rule || std::find(told.begin(), told.end(), rule) != told.end()) continue;
    told.push_back(rule);
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: %s %.200s is a rule for opens, and viewers of %s over HTTP (RTMPTWatch) open nothing: it does"
                 " not bind them: expected a rule for PLAY, or one for all methods in a <Location> of the stream",
                 ids::kOpenRuleBindsNoViewer, place_of(line).c_str(), rule->directive, rule->args ? rule->args : "",
                 place_of(server).c_str());
  }
}

} // namespace

// Warns of rules only in `httpd -t`: such a line is right where nobody is to come by RTMPT.
int check_rtmp_rules(apr_pool_t* pool, server_rec* main_server) {
  check_remoteip_lines(main_server);
  if (!is_configtest()) return OK;
  std::vector<const ap_directive_t*> told;
  for (const ConfigurationLine& line : find_lines({"Require", "AuthType", "Deny", "Allow"})) {
    const ap_directive_t* const section = location_of(line);
    if (!section || std::find(told.begin(), told.end(), section) != told.end()) continue;
    if (has_handler(*section) || is_about_tunnel(*section, pool)) continue; // a page of the site, or both legs
    const server_rec* const server = half_bound_server(main_server, line);
    if (!server) continue;
    told.push_back(section);
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: the rules of %s %.200s bind clients of %s that speak RTMP, and none that speak RTMPT: these"
                 " name no application when they open: expected RTMPTAuthorize On, rules for both in <Location"
                 " \"/open\">, or a virtual host for this application alone",
                 ids::kRuleBindsOneLeg, place_of(line).c_str(), section->directive, section->args ? section->args : "",
                 place_of(server).c_str());
  }
  return OK;
}

// Warns only in `httpd -t`: such a line is right where everybody may play.
int check_watch_rules(apr_pool_t* pool, server_rec* main_server) {
  if (!is_configtest()) return OK;
  std::vector<const ap_directive_t*> told;
  for (const server_rec* server = main_server; server; server = server->next)
    if (is_watched(server) && !mentions_play(server)) warn_of_open_rules(pool, main_server, server, told);
  return OK;
}

} // namespace rtmpt_proxy::apache
