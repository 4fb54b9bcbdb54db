// SPDX-License-Identifier: Apache-2.0
// Finds rules that want a token where no key is there to make one, and keys that no rule uses.
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"
#include "module/tokens/token_rule.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

// The first rule that may bind streams of this virtual host; null: there is none.
const ConfigurationLine* find_token_rule(const std::vector<ConfigurationLine>& rules, const server_rec* server) {
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [server](const ConfigurationLine& line) { return counts_for(line, server); });
  return found == rules.end() ? nullptr : &*found;
}

} // namespace

// A rule without keys is told at each start: nobody gets in.
int check_stream_tokens(server_rec* main_server) {
  std::vector<ConfigurationLine> rules = find_lines({"Require", "<AuthzProviderAlias"});
  std::erase_if(rules, [](const ConfigurationLine& line) { return !line.has_word(kTokenRule); });
  for (const server_rec* server = main_server; server; server = server->next) {
    if (!has_pass(server)) continue;
    const bool has_keys = server_config(server).settings.token_keys.has_value();
    const ConfigurationLine* const rule = find_token_rule(rules, server);
    if (rule && !has_keys)
      ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                   "%s: %s: %s %.200s wants tokens, and %s has no key to sign them, so nobody publishes or plays there:"
                   " expected RTMPTTokenKeys and the name of a file",
                   ids::kTokenRuleWithoutKeys, place_of(*rule).c_str(), rule->directive->directive, rule->arguments(),
                   place_of(server).c_str());
    if (has_keys && !rule && is_configtest())
      ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                   "%s: %s has RTMPTTokenKeys, and no rule there wants a token: expected Require stream-token in a"
                   " <Location>",
                   ids::kTokenKeysUnused, place_of(server).c_str());
  }
  return OK;
}

} // namespace rtmpt_proxy::apache
