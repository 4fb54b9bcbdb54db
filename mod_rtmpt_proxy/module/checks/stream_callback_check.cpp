// SPDX-License-Identifier: Apache-2.0
// Finds callbacks that everybody can call from outside, and RTMPTDoneCallback where no stream's end is told.
#include "module/asks/stream_rules.hpp"
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"

#include <rtmpt_proxy/policy/routing/site_lines.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

// The expression that only lets requests of httpd itself through.
constexpr std::string_view kOnlyInside = "%{IS_SUBREQ} == 'true'";
constexpr std::string_view kVirtualHost = "<VirtualHost";

// "/hooks/stream" of "stream-callback /hooks/stream?site=1"; empty: there is none.
std::string callback_path(const ConfigurationLine& line, apr_pool_t* pool) {
  bool is_next = false;
  for (const char* rest = line.arguments(); *rest;) {
    std::string word = ap_getword_conf(pool, &rest);
    if (is_next && word.starts_with('/')) return word.substr(0, word.find_first_of("?>"));
    is_next = is_next || word == kCallbackRule;
  }
  return {};
}

bool holds_for(const ap_directive_t& section, const std::string& path, apr_pool_t* pool) {
  policy::SiteLine line{section.directive, {}};
  for (const char* arguments = section.args ? section.args : ""; *arguments;)
    line.words.emplace_back(ap_getword_conf(pool, &arguments));
  return policy::location_holds_for(line, path, [pool, &path](const std::string& text, bool in_any_case) {
    const int flags = AP_REG_EXTENDED | (in_any_case ? AP_REG_ICASE : 0);
    const ap_regex_t* const pattern = ap_pregcomp(pool, text.c_str(), flags);
    return pattern && ap_regexec(pattern, path.c_str(), 0, nullptr, 0) == 0;
  });
}

bool is_section(const ap_directive_t& section, std::string_view name) {
  const std::string_view own(section.directive);
  return own.size() == name.size() && ap_cstr_casecmpn(own.data(), name.data(), name.size()) == 0;
}

// How many Require stand in the same section. With a second one, either would do.
std::size_t rules_beside(const ConfigurationLine& line) {
  std::size_t count = 0;
  for (const ap_directive_t* one = line.sections.back()->first_child; one; one = one->next)
    count += is_section(*one, "Require") || is_section(*one, "<RequireAny") || is_section(*one, "<RequireAll");
  return count;
}

// Whether the line says what the documents say: Require expr "%{IS_SUBREQ} == 'true'", alone in a <Location>.
bool is_inside_rule(const ConfigurationLine& line, apr_pool_t* pool) {
  const char* rest = line.arguments();
  const std::string_view provider = ap_getword_conf(pool, &rest);
  const std::string_view expression = ap_getword_conf(pool, &rest);
  if (provider != "expr" || expression != kOnlyInside || *rest || line.sections.empty()) return false;
  const ap_directive_t& section = *line.sections.back();
  return (is_section(section, "<Location") || is_section(section, "<LocationMatch")) && rules_beside(line) == 1;
}

// The rules that keep requests from outside away.
class InsideRules {
 public:
  explicit InsideRules(apr_pool_t* pool) : pool_(pool), lines_(find_lines({"Require"})) {
    std::erase_if(lines_, [pool](const ConfigurationLine& line) { return !is_inside_rule(line, pool); });
  }

  // Whether one of them holds for `path` where `caller` stands: in the same virtual host, or outside of all. A caller
  // outside of all may be of any virtual host, so that a rule in one of them counts for it.
  bool guard(const ConfigurationLine& caller, const std::string& path) const {
    const ap_directive_t* const host = caller.section(kVirtualHost);
    return std::any_of(lines_.begin(), lines_.end(), [&](const ConfigurationLine& line) {
      const ap_directive_t* const own_host = line.section(kVirtualHost);
      return (!own_host || !host || own_host == host) && holds_for(*line.sections.back(), path, pool_);
    });
  }

 private:
  apr_pool_t* pool_;
  std::vector<ConfigurationLine> lines_;
};

void warn_of_open(server_rec* main_server, const std::string& place, const std::string& path) {
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
               "%s: %s: everybody may call the callback '%.200s' from outside, as the page that it is: expected"
               " Require expr \"%%{IS_SUBREQ} == 'true'\" in a <Location> for it",
               ids::kCallbackIsOpen, place.c_str(), path.c_str());
}

void check_done(server_rec* main_server, const InsideRules& rules) {
  for (const ConfigurationLine& line : find_lines({"RTMPTDoneCallback"})) {
    const std::string_view words(line.arguments());
    const std::size_t begin = std::min(words.find('/'), words.size());
    const std::string path(words.substr(begin, words.find_first_of("?\" ", begin) - begin));
    if (!path.empty() && !rules.guard(line, path)) warn_of_open(main_server, place_of(line), path);
  }
  for (const server_rec* server = main_server; server; server = server->next) {
    const policy::Settings& settings = server_config(server).settings;
    if (!has_pass(server) || settings.done_callback.value_or("").empty() || settings.authorize.value_or(true)) continue;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s has RTMPTDoneCallback, and RTMPTAuthorize Off: no stream is looked at, so the end of none is"
                 " told: expected RTMPTAuthorize On",
                 ids::kDoneNeverAsked, place_of(server).c_str());
  }
}

} // namespace

// Only in `httpd -t`. At each reload the same lines would fill the error log.
int check_stream_callbacks(apr_pool_t* pool, server_rec* main_server) {
  if (!is_configtest()) return OK;
  const InsideRules rules(pool);
  for (const ConfigurationLine& line : find_lines({"Require", "<AuthzProviderAlias"}))
    if (const std::string path = callback_path(line, pool); !path.empty() && !rules.guard(line, path))
      warn_of_open(main_server, place_of(line), path);
  check_done(main_server, rules);
  return OK;
}

} // namespace rtmpt_proxy::apache
