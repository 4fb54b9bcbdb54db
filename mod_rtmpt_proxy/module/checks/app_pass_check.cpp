// SPDX-License-Identifier: Apache-2.0
// Finds what RTMPTProxyPass in a <Location> does not do: it leads clients of RTMP to the media server of their
// application, and clients of RTMPT name none when they open.
#include "module/asks/stream_rules.hpp"
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"

namespace rtmpt_proxy::apache {

namespace {

const ap_directive_t* location_around(const ConfigurationLine& line) {
  const ap_directive_t* const plain = line.section("<Location");
  return plain ? plain : line.section("<LocationMatch");
}

// Whether clients of RTMPT get there as well: it is where the whole virtual host leads.
bool leads_as_host_does(apr_pool_t* pool, const server_rec* server, const ConfigurationLine& line) {
  const std::optional<policy::PassTarget>& host = server_config(server).settings.pass;
  const char* arguments = line.arguments();
  const policy::PassTargetResult own = policy::parse_pass_target(ap_getword_conf(pool, &arguments));
  return host && own.error.empty() && own.target == *host;
}

void check_line(apr_pool_t* pool, server_rec* main_server, const server_rec* server, const ConfigurationLine& line,
                const ap_directive_t& section) {
  const char* const path = section.args ? section.args : "";
  if (!accepts_rtmp(server)) {
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: RTMPTProxyPass in %s %.200s is for clients of RTMP, and %s takes none: expected"
                 " RTMPTAcceptRTMP On, and an RTMPTProxyPass of the whole virtual host beside it",
                 ids::kAppPassUnused, place_of(line).c_str(), section.directive, path, place_of(server).c_str());
    return;
  }
  if (leads_as_host_does(pool, server, line)) return;
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
               "%s: %s: RTMPTProxyPass in %s %.200s leads clients of RTMP, and none of RTMPT: these name no application"
               " when they open, and %s. A virtual host for this application alone is for both",
               ids::kAppPassBindsOneLeg, place_of(line).c_str(), section.directive, path,
               authorizes_streams(server) ? "are refused when they connect to it"
                                          : "get to the media server of the whole virtual host");
}

} // namespace

// Only in `httpd -t`: such a line is right where nobody comes by RTMPT.
int check_app_passes(apr_pool_t* pool, server_rec* main_server) {
  if (!is_configtest()) return OK;
  for (const ConfigurationLine& line : find_lines({"RTMPTProxyPass"})) {
    const ap_directive_t* const section = location_around(line);
    if (!section) continue;
    for (const server_rec* server = main_server; server; server = server->next) {
      const bool is_own = line.section("<VirtualHost") ? stands_in(line, server) : has_pass(server);
      if (!is_own) continue;
      check_line(pool, main_server, server, line, *section);
      break;
    }
  }
  return OK;
}

} // namespace rtmpt_proxy::apache
