// SPDX-License-Identifier: Apache-2.0
#include "module/restore/rpaf_directives.hpp"

#include "module/core/server_config.hpp"

#include <rtmpt_proxy/policy/text/config_advice.hpp>

#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

policy::RestoreSettings& settings_of(const cmd_parms* cmd) {
  return server_config(cmd->server).restore_settings;
}

} // namespace

const char* add_trusted_proxies(cmd_parms* cmd, void*, const char* words) {
  std::optional<policy::TrustedProxies>& proxies = settings_of(cmd).proxies;
  const char* word = ap_getword_conf(cmd->temp_pool, &words);
  if (!*word)
    return apr_psprintf(cmd->pool,
                        "%s: %s '': expected one or more addresses or networks, such as 192.0.2.1 or 2001:db8::/32",
                        ids::kNoProxyAddress, cmd->cmd->name);
  if (!proxies) proxies.emplace();
  for (; *word; word = ap_getword_conf(cmd->temp_pool, &words)) {
    const policy::NetworkResult parsed = policy::parse_ip_network(word);
    if (parsed.error != policy::NetworkError::none)
      return apr_psprintf(cmd->pool, "%s: %s '%s': expected %s%s", ids::kBadProxyAddress, cmd->cmd->name, word,
                          std::string(policy::to_string(parsed.error)).c_str(),
                          std::string_view(word).find(',') == std::string_view::npos
                              ? ""
                              : "; several stand with blanks between them and no comma");
    proxies->add(parsed.network);
  }
  return nullptr;
}

const char* set_client_header(cmd_parms* cmd, void*, const char* name) {
  if (!policy::is_header_name(name))
    return apr_psprintf(cmd->pool, "%s: %s '%s': expected %s", ids::kBadClientHeader, cmd->cmd->name, name,
                        policy::expected_header_name(name, "X-Forwarded-For or Forwarded").c_str());
  settings_of(cmd).header = name;
  return nullptr;
}

const char* set_restore_switch(cmd_parms* cmd, const char* text, RestoreSwitch field) {
  const bool on = ap_cstr_casecmp(text, "On") == 0;
  if (!on && ap_cstr_casecmp(text, "Off") != 0)
    return apr_psprintf(cmd->pool, "%s: %s '%s': expected On or Off", ids::kBadRestoreSwitch, cmd->cmd->name, text);
  settings_of(cmd).*field = on;
  return nullptr;
}

} // namespace rtmpt_proxy::apache
