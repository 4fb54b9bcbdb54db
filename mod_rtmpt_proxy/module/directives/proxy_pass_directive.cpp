// SPDX-License-Identifier: Apache-2.0
#include "module/directives/proxy_pass_directive.hpp"

#include "module/asks/place_config.hpp"
#include "module/balancer/cached_workers.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"

#include <rtmpt_proxy/policy/routing/cache_key.hpp>
#include <rtmpt_proxy/policy/text/config_advice.hpp>

#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

// Finds mod_proxy's own directive, so that keys, checks and messages are those of the running httpd.
const command_rec* find_proxy_set() {
  for (const command_rec* command = proxy_module.cmds; command && command->name; ++command)
    if (std::string_view(command->name) == "ProxySet") return command;
  return nullptr;
}

// For parameters that mod_proxy refuses: what an administrator may have meant.
const char* expected_parameters(std::string_view parameters) {
  if (parameters.find("://") != std::string_view::npos)
    return "one URL: several media servers are the members of a <Proxy balancer://name>";
  if (parameters.find("lbmethod=") != std::string_view::npos)
    return "keys of one media server: lbmethod= belongs into <Proxy balancer://name>, after ProxySet";
  return "key=value as for ProxyPass, without blanks around the equals sign";
}

const char* set_parameters(cmd_parms* cmd, const char* url, const char* parameters) {
  const command_rec* const proxy_set = find_proxy_set();
  if (!proxy_set || proxy_set->args_how != RAW_ARGS)
    return apr_psprintf(cmd->pool, "%s: %s '%s': this mod_proxy has no ProxySet to take '%s'", ids::kProxySetMissing,
                        cmd->cmd->name, url, parameters);
  const char* const refused =
      proxy_set->AP_RAW_ARGS(cmd, nullptr, apr_pstrcat(cmd->temp_pool, url, " ", parameters, nullptr));
  if (!refused) return nullptr;
  return apr_psprintf(cmd->pool, "%s: %s '%s %s': %s: expected %s", ids::kWorkerParameterRefused, cmd->cmd->name, url,
                      parameters, refused, expected_parameters(parameters));
}

// mod_proxy's configuration of this server. httpd makes a virtual host's only at the first directive of mod_proxy in
// it, and there may be none.
proxy_server_conf* made_proxy_config(cmd_parms* cmd) {
  ap_set_config_vectors(cmd->server, cmd->context, cmd->path, &proxy_module, cmd->pool);
  return proxy_config(cmd->server);
}

// mod_proxy finds a worker by the text of its URL, so `url` must be exactly the text that requests will carry.
const char* define_worker(cmd_parms* cmd, const char* url) {
  proxy_server_conf* const proxy = made_proxy_config(cmd);
  proxy_worker* worker = ap_proxy_get_worker(cmd->temp_pool, nullptr, proxy, url);
  if (!worker) {
    if (const char* refused = ap_proxy_define_worker(cmd->pool, &worker, nullptr, proxy, url, 0))
      return apr_psprintf(cmd->pool, "%s: %s '%s': mod_proxy refuses it: %s", ids::kWorkerRefused, cmd->cmd->name, url,
                          refused);
  }
  supply_default_port(*worker);
  return nullptr;
}

// Takes the key cache= out of `arguments`, for mod_proxy does not know it. Returns null, or what is wrong.
const char* take_cache(cmd_parms* cmd, const char* url, const char*& arguments) {
  const policy::CacheKey key = policy::take_cache_key(arguments);
  if (!key.error.empty())
    return apr_psprintf(cmd->pool, "%s: %s '%s': %s", ids::kBadCacheKey, cmd->cmd->name, url, key.error.c_str());
  note_cached_target(cmd->server, url, key.is_on.value_or(false));
  if (key.is_on) arguments = apr_pstrdup(cmd->temp_pool, key.rest.c_str());
  return nullptr;
}

// Reads the target and the keys behind it, and makes mod_proxy's worker. Returns null, or what is wrong.
const char* take_target(cmd_parms* cmd, const char* arguments, policy::PassTarget& target) {
  policy::PassTargetResult result = policy::parse_pass_target(ap_getword_conf(cmd->temp_pool, &arguments));
  if (!result.error.empty())
    return apr_psprintf(cmd->pool, "%s: %s: %s", ids::kBadBackendUrl, cmd->cmd->name, result.error.c_str());
  target = std::move(result.target);
  const char* const url = apr_pstrdup(cmd->pool, policy::to_string(target).c_str());
  if (std::holds_alternative<policy::Nowhere>(target) && *arguments)
    return apr_psprintf(cmd->pool, "%s: %s '! %s': expected nothing after !", ids::kTextAfterOff, cmd->cmd->name,
                        arguments);
  const bool leads_to_servers =
      std::holds_alternative<policy::BalancerName>(target) || std::holds_alternative<policy::BackendUrl>(target);
  if (leads_to_servers)
    if (const char* wrong = take_cache(cmd, url, arguments)) return wrong;
  if (std::holds_alternative<policy::BalancerName>(target) && *arguments)
    return apr_psprintf(cmd->pool,
                        "%s: %s '%s %s': expected nothing after the balancer: its keys belong into <Proxy %s>, after"
                        " ProxySet",
                        ids::kKeysAfterBalancer, cmd->cmd->name, url, arguments, url);
  if (std::holds_alternative<policy::HubName>(target) && *arguments)
    return apr_psprintf(
        cmd->pool, "%s: %s '%s %s': expected nothing after the hub: it is no server, so it has no key of mod_proxy",
        ids::kTextAfterHub, cmd->cmd->name, url, arguments);
  if (!std::holds_alternative<policy::BackendUrl>(target)) return nullptr; // a balancer may be defined later
  if (const char* wrong = define_worker(cmd, url)) return wrong;
  return *arguments ? set_parameters(cmd, url, arguments) : nullptr;
}

// In a <Location> the directive is about an application. A question about one is routed before any <If> is looked at,
// and there is no file behind it.
const char* complaint_about_place(cmd_parms* cmd) {
  for (const ap_directive_t* section = cmd->directive->parent; section; section = section->parent)
    for (const char* const name : {"<If", "<ElseIf", "<Else"})
      if (ap_cstr_casecmp(section->directive, name) == 0)
        return apr_psprintf(cmd->pool, "%s: %s stands in %s>: expected a <Location>, or no section",
                            ids::kPassMisplaced, cmd->cmd->name, name);
  return ap_check_cmd_context(cmd, NOT_IN_DIRECTORY | NOT_IN_FILES | NOT_IN_LIMIT | NOT_IN_PROXY | NOT_IN_HTACCESS);
}

} // namespace

const char* set_proxy_pass(cmd_parms* cmd, void* place, const char* arguments) {
  if (const char* misplaced = cmd->path ? complaint_about_place(cmd) : nullptr) return misplaced;
  policy::PassTarget target;
  if (const char* wrong = take_target(cmd, arguments, target)) return wrong;
  if (cmd->path) {
    static_cast<PlaceConfig*>(place)->pass = std::move(target);
    return nullptr;
  }
  server_config(cmd->server).settings.pass = std::move(target);
  return nullptr;
}

const char* add_proxy_pass_match(cmd_parms* cmd, void*, const char* arguments) {
  const char* const header = ap_getword_conf(cmd->temp_pool, &arguments);
  const char* const regex = ap_getword_conf(cmd->temp_pool, &arguments);
  if (!policy::is_header_name(header))
    return apr_psprintf(cmd->pool, "%s: %s '%.100s': expected %s", ids::kBadHeaderName, cmd->cmd->name, header,
                        policy::expected_header_name(header, "Host").c_str());
  if (!*regex || !*arguments)
    return apr_psprintf(cmd->pool, "%s: %s '%.100s %.100s': expected a header, a regular expression and a URL",
                        ids::kRouteIncomplete, cmd->cmd->name, header, regex);
  policy::HeaderPatternResult compiled = policy::compile_header_pattern(regex);
  if (!compiled.pattern)
    return apr_psprintf(cmd->pool, "%s: %s %s: %s", ids::kBadPattern, cmd->cmd->name, header, compiled.error.c_str());
  policy::PassTarget target;
  if (const char* wrong = take_target(cmd, arguments, target)) return wrong;
  std::optional<policy::HeaderRoutes>& routes = server_config(cmd->server).settings.routes;
  if (!routes) routes.emplace();
  routes->push_back({header, std::move(compiled.pattern), std::move(target)});
  return nullptr;
}

} // namespace rtmpt_proxy::apache
