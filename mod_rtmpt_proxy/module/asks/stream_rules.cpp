// SPDX-License-Identifier: Apache-2.0
#include "module/asks/stream_rules.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

// An ask has no file, and goes to no proxy.
bool is_for_files(const ConfigurationLine& line) {
  constexpr std::array<std::string_view, 6> kSections{"<Directory",  "<DirectoryMatch", "<Files",
                                                      "<FilesMatch", "<Proxy",          "<ProxyMatch"};
  return std::any_of(kSections.begin(), kSections.end(), [&line](auto name) { return line.section(name); });
}

policy::SiteLine words_of(std::string_view name, const char* rest, apr_pool_t* pool) {
  policy::SiteLine line{name, {}};
  while (*rest)
    line.words.emplace_back(ap_getword_conf(pool, &rest));
  return line;
}

policy::StreamRule rule_of(const ConfigurationLine& line, apr_pool_t* pool) {
  const policy::StreamRule rule = policy::stream_rule(words_of(line.name(), line.arguments(), pool));
  return rule == policy::StreamRule::implied && is_for_files(line) ? policy::StreamRule::none : rule;
}

// A page of the site stands at such a <Location>, and no stream.
bool has_handler(const ap_directive_t& section) {
  for (const ap_directive_t* line = section.first_child; line; line = line->next)
    if (ap_cstr_casecmp(line->directive, "SetHandler") == 0) return true;
  return false;
}

// All lines of the configuration that bind PUBLISH or PLAY, wherever they stand.
std::vector<StreamRuleLine> find_all_rules(apr_pool_t* pool) {
  std::vector<StreamRuleLine> rules;
  for (ConfigurationLine& line : find_lines(policy::stream_rule_directives()))
    if (const policy::StreamRule kind = rule_of(line, pool); kind != policy::StreamRule::none)
      rules.push_back({std::move(line), kind});
  return rules;
}

bool may_bind(const StreamRuleLine& rule, const server_rec* server) {
  return counts_for(rule.line, server);
}

const StreamRuleLine* first_for(const server_rec* server, const std::vector<StreamRuleLine>& rules) {
  const StreamRuleLine* implied = nullptr;
  for (const StreamRuleLine& rule : rules) {
    if (!may_bind(rule, server)) continue;
    if (rule.kind == policy::StreamRule::named) return &rule;
    if (!implied) implied = &rule;
  }
  return implied;
}

bool wants_end(const ServerConfig& config) {
  return config.settings.done_callback && !config.settings.done_callback->empty();
}

bool has_callback(const server_rec* server, const std::vector<StreamRuleLine>& rules) {
  return std::any_of(rules.begin(), rules.end(), [server](const StreamRuleLine& rule) {
    return may_bind(rule, server) && rule.line.has_word(kCallbackRule);
  });
}

int note_authority(apr_pool_t*, apr_pool_t*, apr_pool_t* pool, server_rec* main_server) {
  const std::vector<StreamRuleLine> rules = find_all_rules(pool);
  for (const server_rec* server = main_server; server; server = server->next) {
    ServerConfig& config = server_config(server);
    protocol::SessionTerms& terms = config.effective.terms;
    terms.tells_end = wants_end(config);
    terms.tells_connect = terms.tells_end || has_callback(server, rules);
    terms.authorize_streams =
        config.settings.authorize.value_or(terms.adobe_login || terms.tells_end || first_for(server, rules) != nullptr);
  }
  return OK;
}

using NamesMethod = bool (*)(const policy::SiteLine& section);

// Whether the Require line may bind the method that `names_method` looks for in a <Limit>.
bool may_bind_method(const ConfigurationLine& line, const server_rec* server, NamesMethod names_method) {
  apr_pool_t* const pool = server->process->pconf;
  const auto names = [&](const ap_directive_t& section) {
    return names_method(words_of(section.directive, section.args ? section.args : "", pool));
  };
  const ap_directive_t* const limit = line.section("<Limit");
  const ap_directive_t* const except = line.section("<LimitExcept");
  const bool is_of_server = !line.section("<VirtualHost") || stands_in(line, server);
  const bool is_of_page = !line.sections.empty() && has_handler(*line.sections.back());
  return is_of_server && !is_of_page && !is_for_files(line) && (!limit || names(*limit)) &&
         (!except || !names(*except));
}

std::vector<ConfigurationLine> find_rules_for(const server_rec* server, NamesMethod names_method) {
  std::vector<ConfigurationLine> lines = find_lines({"Require"});
  std::erase_if(lines, [&](const ConfigurationLine& line) { return !may_bind_method(line, server, names_method); });
  return lines;
}

} // namespace

std::optional<StreamRuleLine> find_stream_rule(const server_rec* server) {
  const std::vector<StreamRuleLine> rules = find_all_rules(server->process->pconf);
  const StreamRuleLine* const rule = first_for(server, rules);
  return rule ? std::optional(*rule) : std::nullopt;
}

std::vector<ConfigurationLine> find_rules_for_files(const server_rec* server) {
  std::vector<ConfigurationLine> found;
  for (StreamRuleLine& rule : find_all_rules(server->process->pconf))
    if (is_for_files(rule.line) && may_bind(rule, server)) found.push_back(std::move(rule.line));
  return found;
}

std::vector<ConfigurationLine> find_publish_rules(const server_rec* server) {
  return find_rules_for(server, policy::names_publish);
}

bool has_publish_rule(const server_rec* server) {
  return !find_publish_rules(server).empty();
}

bool has_play_rule(const server_rec* server) {
  return !find_rules_for(server, policy::names_play).empty();
}

bool authorizes_streams(const server_rec* server) {
  const std::optional<bool>& set = server_config(server).settings.authorize;
  if (set) return *set;
  const ServerConfig& config = server_config(server);
  return config.settings.adobe_login.value_or(false) || wants_end(config) || find_stream_rule(server).has_value();
}

void register_stream_rule_hooks(apr_pool_t*) {
  // After resolve_all, the first of all, has filled in what is set.
  ap_hook_post_config(guarded<note_authority, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
