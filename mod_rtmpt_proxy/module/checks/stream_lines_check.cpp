// SPDX-License-Identifier: Apache-2.0
// Finds lines of httpd and of this module that harm streams, or have no effect, where they stand.
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_place.hpp"

#include <rtmpt_proxy/policy/routing/site_lines.hpp>
#include <rtmpt_proxy/policy/settings/setting_table.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

using Lines = std::vector<ConfigurationLine>;

constexpr const char* kASend = "/send/0/1";           // stands for the requests of streams with large bodies
constexpr apr_off_t kSensibleBodyBytes = 1024 * 1024; // encoders put up to a whole picture into one request

// For each line the first virtual host with streams where it is in force.
using ServersWithStreams = std::map<const ConfigurationLine*, const server_rec*>;

ServersWithStreams servers_with_streams(const server_rec* main_server, const LinesByServer& lines) {
  ServersWithStreams found;
  for (const server_rec* server = main_server; server; server = server->next)
    if (const ConfigurationLine* const line = lines.in_force(server); line && has_pass(server))
      found.try_emplace(line, server);
  return found;
}

void check_keep_alive(server_rec* main_server) {
  const LinesByServer lines{"KeepAlive"};
  const ServersWithStreams servers = servers_with_streams(main_server, lines);
  for (const ConfigurationLine& line : lines.all()) {
    const auto found = servers.find(&line);
    if (found == servers.end() || ap_cstr_casecmp(line.arguments(), "Off") != 0) continue;
    const server_rec* const server = found->second;
    ap_log_error(
        APLOG_MARK, APLOG_WARNING, 0, main_server,
        "%s: %s: KeepAlive Off, and %s carries streams: the connection of a stream that is not handed over ends"
        " with each request, which ffmpeg and librtmp do not bear: expected KeepAlive On",
        ids::kKeepAliveOff, place_of(line).c_str(), place_of(server).c_str());
  }
}

// Whether this section is a <Location> or <LocationMatch> that holds for sends. They have no file, so other sections do
// not apply.
bool is_about_sends(const ap_directive_t& section, apr_pool_t* pool) {
  policy::SiteLine line{section.directive, {}};
  for (const char* arguments = section.args ? section.args : ""; *arguments;)
    line.words.emplace_back(ap_getword_conf(pool, &arguments));
  return policy::location_holds_for(line, kASend, [pool](const std::string& text, bool) {
    const ap_regex_t* const pattern = ap_pregcomp(pool, text.c_str(), AP_REG_EXTENDED);
    return pattern && ap_regexec(pattern, kASend, 0, nullptr, 0) == 0;
  });
}

// A virtual host with streams whose requests the section around `line` is about; null: there is none.
const server_rec* server_with_sends(const server_rec* main_server, const ConfigurationLine& line) {
  if (!is_about_sends(*line.sections.back(), main_server->process->pconf)) return nullptr;
  const bool everywhere = !line.section("<VirtualHost");
  for (const server_rec* server = main_server; server; server = server->next)
    if (has_pass(server) && (everywhere || stands_in(line, server))) return server;
  return nullptr;
}

bool is_small(const ConfigurationLine& line) {
  const apr_off_t limit = std::strtoll(line.arguments(), nullptr, 10);
  return limit != 0 && limit < kSensibleBodyBytes; // 0: no limit
}

// Whether sends of this virtual host have a limit of their own that is large enough.
bool has_room_for_sends(std::span<const ConfigurationLine> lines, const server_rec* server) {
  return std::any_of(lines.begin(), lines.end(), [server](const ConfigurationLine& line) {
    return !line.is_of_whole_server() && !is_small(line) && counts_for(line, server) &&
           is_about_sends(*line.sections.back(), server->process->pconf);
  });
}

void check_request_body(server_rec* main_server) {
  const LinesByServer lines{"LimitRequestBody"};
  const ServersWithStreams servers = servers_with_streams(main_server, lines);
  for (const ConfigurationLine& line : lines.all()) {
    if (!is_small(line)) continue;
    const auto found = servers.find(&line);
    const server_rec* const of_whole = found == servers.end() ? nullptr : found->second;
    const server_rec* const server = line.is_of_whole_server() ? of_whole : server_with_sends(main_server, line);
    if (!server || (line.is_of_whole_server() && has_room_for_sends(lines.all(), server))) continue;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: LimitRequestBody %.30s, and %s carries streams: encoders send bodies of a megabyte and more:"
                 " expected at least %ld, or a limit of their own in <LocationMatch \"^/(open|send)/\">",
                 ids::kSmallRequestBody, place_of(line).c_str(), line.arguments(), place_of(server).c_str(),
                 static_cast<long>(kSensibleBodyBytes));
  }
}

std::string first_word(const ConfigurationLine& line, apr_pool_t* pool) {
  const char* arguments = line.arguments();
  return ap_getword_conf(pool, &arguments);
}

void check_passes(server_rec* main_server) {
  apr_pool_t* const pool = main_server->process->pconf;
  const Lines lines = find_lines({"RTMPTProxyPass"});
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto before = std::find_if(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(i),
                                     [&](const auto& other) { return other.sections == lines[i].sections; });
    if (before == lines.begin() + static_cast<std::ptrdiff_t>(i)) continue;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: RTMPTProxyPass %.200s takes the place of RTMPTProxyPass %.200s (%s): expected one"
                 " RTMPTProxyPass in a server or virtual host; several media servers are a balancer",
                 ids::kPassTwice, place_of(lines[i]).c_str(), first_word(lines[i], pool).c_str(),
                 first_word(*before, pool).c_str(), place_of(*before).c_str());
  }
}

void say_no_streams(const ConfigurationLine& line, server_rec* main_server, const std::string& where) {
  ap_log_error(
      APLOG_MARK, APLOG_WARNING, 0, main_server,
      "%s: %s: %s %.100s has no effect: %s carries no stream: expected RTMPTProxyPass, RTMPTProxyPassMatch or a"
      " ProxyPass to rtmp://, rtmps:// or rtmpt:// there",
      ids::kNoStreamsHere, place_of(line).c_str(), line.directive->directive, line.arguments(), where.c_str());
}

// Warns once for each virtual host that has such settings and no streams, and once for the main server when no virtual
// host has streams.
void check_settings(server_rec* main_server) {
  const Lines lines = find_lines(policy::settings_of_streams());
  if (lines.empty()) return;
  bool somebody = false;
  for (const server_rec* server = main_server; server; server = server->next)
    somebody = somebody || has_pass(server);
  for (const server_rec* server = main_server; server; server = server->next) {
    if (server == main_server ? somebody : has_pass(server)) continue;
    const auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& one) { return stands_in(one, server); });
    if (line == lines.end()) continue;
    say_no_streams(*line, main_server, server == main_server ? "no server or virtual host" : place_of(server));
  }
}

} // namespace

// Warns only in `httpd -t`. At each reload the same lines would fill the error log.
int check_stream_lines(server_rec* main_server) {
  if (!is_configtest()) return OK;
  check_keep_alive(main_server);
  check_request_body(main_server);
  check_passes(main_server);
  check_settings(main_server);
  return OK;
}

} // namespace rtmpt_proxy::apache
