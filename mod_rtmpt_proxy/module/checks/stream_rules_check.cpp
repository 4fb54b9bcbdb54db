// SPDX-License-Identifier: Apache-2.0
// Finds virtual hosts whose rules about PUBLISH and PLAY bind nobody, and those where a rule binds streams that may not
// have been meant to.
#include "module/asks/stream_rules.hpp"
#include "module/checks/configuration_checks.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"

#include <algorithm>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

void warn_of_off(server_rec* main_server, const server_rec* server, const ConfigurationLine& line) {
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
               "%s: %s: %s %.200s is a rule about streams, and %s has RTMPTAuthorize Off: nobody is asked about"
               " publishing and playing there, and the rule binds no stream: expected RTMPTAuthorize On",
               ids::kStreamRulesOff, place_of(line).c_str(), line.directive->directive, line.arguments(),
               place_of(server).c_str());
}

void warn_of_implied(server_rec* main_server, const server_rec* server, const ConfigurationLine& line) {
  ap_log_error(
      APLOG_MARK, APLOG_WARNING, 0, main_server,
      "%s: %s: %s %.200s may bind PUBLISH and PLAY, which it does not name, so httpd is asked about each stream"
      " of %s: expected RTMPTAuthorize On where that is meant, else OPEN PUBLISH PLAY among the methods of a"
      " <LimitExcept>, or RTMPTAuthorize Off",
      ids::kStreamRuleImplied, place_of(line).c_str(), line.directive->directive, line.arguments(),
      place_of(server).c_str());
}

void warn_of_files(server_rec* main_server, const server_rec* server, const ConfigurationLine& line) {
  ap_log_error(
      APLOG_MARK, APLOG_WARNING, 0, main_server,
      "%s: %s: %s %.200s binds no stream of %s: it stands in a section for files or proxies, and neither stands"
      " behind a question about a stream: expected the rule in a <Location>",
      ids::kStreamRuleForFiles, place_of(line).c_str(), line.directive->directive, line.arguments(),
      place_of(server).c_str());
}

// Warns once for each line, however many virtual hosts it could be meant for. Also while httpd starts and reloads: the
// administrator believes streams guarded that are open to everybody.
void check_files(server_rec* main_server) {
  std::vector<const ap_directive_t*> told;
  for (const server_rec* server = main_server; server; server = server->next) {
    if (!has_pass(server)) continue;
    for (const ConfigurationLine& line : find_rules_for_files(server)) {
      if (std::find(told.begin(), told.end(), line.directive) != told.end()) continue;
      told.push_back(line.directive);
      warn_of_files(main_server, server, line);
    }
  }
}

// Only in `httpd -t`. At each reload the same lines would fill the error log.
void check_settings_of_asking(server_rec* main_server) {
  for (const server_rec* server = main_server; server; server = server->next) {
    if (!has_pass(server)) continue;
    const std::optional<bool>& set = server_config(server).settings.authorize;
    const std::optional<StreamRuleLine> rule = set == true ? std::nullopt : find_stream_rule(server);
    if (!rule) continue;
    if (set)
      warn_of_off(main_server, server, rule->line);
    else if (rule->kind == policy::StreamRule::implied)
      warn_of_implied(main_server, server, rule->line);
  }
}

} // namespace

int check_stream_rules(server_rec* main_server) {
  check_files(main_server);
  if (is_configtest()) check_settings_of_asking(main_server);
  return OK;
}

} // namespace rtmpt_proxy::apache
