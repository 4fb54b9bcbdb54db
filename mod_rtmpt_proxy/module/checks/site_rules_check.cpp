// Lines that send pages elsewhere and would match an open as well: streams are left alone by them, which an
// administrator may not expect.
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_place.hpp"

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
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

bool matches(apr_pool_t* pool, const std::string& pattern, int flags = 0) {
  const ap_regex_t* const compiled = ap_pregcomp(pool, pattern.c_str(), AP_REG_EXTENDED | flags);
  return compiled && ap_regexec(compiled, kOpenPath, 0, nullptr, 0) == 0;
}

// As Alias, Redirect, ProxyPass and <Location> look at a path: whole segments.
bool covers(std::string_view prefix) {
  const std::string_view path(kOpenPath);
  if (prefix.empty() || !path.starts_with(prefix)) return false;
  return prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/';
}

bool is_refusing_status(const std::string& word) {
  return word == "gone" || std::atoi(word.c_str()) >= HTTP_BAD_REQUEST;
}

// "[R=301,L]": each flag with its value.
Words flags_of(const Words& words) {
  Words flags;
  std::string_view text = words.size() > 2 ? std::string_view(words[2]) : std::string_view();
  const auto from = text.find_first_not_of("[ ");
  text = from == std::string_view::npos ? std::string_view() : text.substr(from, text.find(']') - from);
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    flags.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return flags;
}

bool is_one_of(const std::string& flag, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](const char* name) { return ap_cstr_casecmp(flag.c_str(), name) == 0; });
}

bool is_refusing_flag(const std::string& flag) {
  const std::size_t value = flag.find('=');
  if (value == std::string::npos) return is_one_of(flag, {"F", "forbidden", "G", "gone"});
  return is_one_of(flag.substr(0, value), {"R", "redirect"}) && is_refusing_status(flag.substr(value + 1));
}

bool rule_takes_open(apr_pool_t* pool, const Words& words) {
  if (words.size() < 2 || words[1] == "-") return false;
  const Words flags = flags_of(words);
  if (std::any_of(flags.begin(), flags.end(), is_refusing_flag)) return false;
  const bool any_case = std::any_of(flags.begin(), flags.end(), [](const auto& flag) {
    return is_one_of(flag, {"NC", "nocase"});
  });
  const bool negated = words[0].starts_with('!');
  return matches(pool, words[0].substr(negated ? 1 : 0), any_case ? AP_REG_ICASE : 0) != negated;
}

bool redirect_takes_open(apr_pool_t* pool, const Words& words, bool is_pattern) {
  const bool has_status = words.size() == 3;
  if (words.size() < 2 || is_refusing_status(words[0])) return false;
  const std::string& path = words[has_status ? 1 : 0];
  return is_pattern ? matches(pool, path) : covers(path);
}

bool alias_takes_open(apr_pool_t* pool, const Words& words, bool is_pattern) {
  return words.size() >= 2 && (is_pattern ? matches(pool, words[0]) : covers(words[0]));
}

bool takes_open(apr_pool_t* pool, const ConfigurationLine& line) {
  const Words words = words_of(line, pool);
  const bool is_pattern =
      line.is("RedirectMatch") || line.is("AliasMatch") || line.is("ScriptAliasMatch") || line.is("ProxyPassMatch");
  if (line.is("RewriteRule")) return rule_takes_open(pool, words);
  if (line.is("FallbackResource")) return !words.empty() && words[0] != "disabled";
  if (line.is("ProxyPass") || line.is("ProxyPassMatch"))
    return words.size() >= 2 && words[1] != "!" && words[1].find("://") != std::string::npos &&
           alias_takes_open(pool, words, is_pattern);
  if (line.is("Alias") || line.is("AliasMatch") || line.is("ScriptAlias") || line.is("ScriptAliasMatch"))
    return alias_takes_open(pool, words, is_pattern);
  return redirect_takes_open(pool, words, is_pattern);
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
  if (!is_configtest()) return OK; // such lines are right for pages, so an httpd that runs says nothing of them
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
