// SPDX-License-Identifier: Apache-2.0
// Finds lines that send pages elsewhere and would match an open too. They have no effect on streams, which an
// administrator may not expect.
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_place.hpp"

#include <rtmpt_proxy/policy/routing/site_lines.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kOpenPath = "/open/1";

using Words = std::vector<std::string>;

Words words_of(const ConfigurationLine& line, apr_pool_t* pool) {
  Words words;
  const char* rest = line.arguments();
  while (*rest)
    words.emplace_back(ap_getword_conf(pool, &rest));
  return words;
}

bool takes_open(apr_pool_t* pool, const ConfigurationLine& line) {
  const auto matches = [pool](const std::string& pattern, bool in_any_case) {
    const int flags = AP_REG_EXTENDED | (in_any_case ? AP_REG_ICASE : 0);
    const ap_regex_t* const compiled = ap_pregcomp(pool, pattern.c_str(), flags);
    return compiled && ap_regexec(compiled, kOpenPath, 0, nullptr, 0) == 0;
  };
  return policy::sends_elsewhere({line.name(), words_of(line, pool)}, kOpenPath, matches);
}

// mod_rewrite's rules of the main server are not inherited as the other lines are.
bool holds_for(const ConfigurationLine& line, const server_rec* server) {
  if (!line.is_of_whole_server()) return false;
  return stands_in(line, server) || (line.sections.empty() && !line.is("RewriteRule"));
}

bool rewrites(const std::vector<ConfigurationLine>& switches, const server_rec* server) {
  bool on = false;
  for (const ConfigurationLine& line : switches)
    if (line.is_of_whole_server() && stands_in(line, server)) on = ap_cstr_casecmp(line.arguments(), "on") == 0;
  return on;
}

void warn(const ConfigurationLine& line, const server_rec* server, server_rec* main_server) {
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
               "%s: %s: %s %.200s matches %s, and %s carries streams: they are left alone by it: to refuse a stream,"
               " expected Require, [F] or [G] of RewriteRule, or ProxyPass \"/open\" \"!\"",
               ids::kStreamsLeftAlone, place_of(line).c_str(), line.directive->directive, line.arguments(), kOpenPath,
               place_of(server).c_str());
}

} // namespace

int check_site_rules(apr_pool_t* pool, server_rec* main_server) {
  if (!is_configtest()) return OK; // such lines are right for pages, so a running httpd does not warn about them
  const auto switches = find_lines({"RewriteEngine"});
  const auto lines =
      find_lines({"RewriteRule", "Redirect", "RedirectMatch", "RedirectPermanent", "RedirectTemp", "Alias",
                  "AliasMatch", "ScriptAlias", "ScriptAliasMatch", "FallbackResource", "ProxyPass", "ProxyPassMatch"});
  for (const server_rec* server = main_server; server; server = server->next) {
    if (!claims_streams(server)) continue;
    const bool with_rewriting = rewrites(switches, server);
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const ConfigurationLine& line) {
      return holds_for(line, server) && (with_rewriting || !line.is("RewriteRule")) && takes_open(pool, line);
    });
    if (found != lines.end()) warn(*found, server, main_server);
  }
  return OK;
}

} // namespace rtmpt_proxy::apache
