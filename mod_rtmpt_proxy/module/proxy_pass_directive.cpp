#include "proxy_pass_directive.hpp"

#include "message_ids.hpp"
#include "server_config.hpp"

#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

// mod_proxy's own directive: its keys, its checks and its words, whatever the version of httpd.
const command_rec* find_proxy_set() {
  for (const command_rec* command = proxy_module.cmds; command && command->name; ++command)
    if (std::string_view(command->name) == "ProxySet") return command;
  return nullptr;
}

const char* set_parameters(cmd_parms* cmd, const char* url, const char* parameters) {
  const command_rec* const proxy_set = find_proxy_set();
  if (!proxy_set || proxy_set->args_how != RAW_ARGS)
    return apr_psprintf(cmd->pool, "%s: RTMPTProxyPass '%s': this mod_proxy has no ProxySet to take '%s'",
                        ids::kProxySetMissing, url, parameters);
  const char* const refused =
      proxy_set->AP_RAW_ARGS(cmd, nullptr, apr_pstrcat(cmd->temp_pool, url, " ", parameters, nullptr));
  if (!refused) return nullptr;
  return apr_psprintf(cmd->pool, "%s: RTMPTProxyPass '%s %s': %s", ids::kWorkerParameterRefused, url, parameters,
                      refused);
}

// mod_proxy's configuration of this server. httpd makes a virtual host's only at the first directive of mod_proxy in
// it, and there may be none.
proxy_server_conf* proxy_config(cmd_parms* cmd) {
  ap_set_config_vectors(cmd->server, cmd->context, cmd->path, &proxy_module, cmd->pool);
  return static_cast<proxy_server_conf*>(ap_get_module_config(cmd->server->module_config, &proxy_module));
}

// A worker is found by the text of its URL, so `url` is exactly what requests will carry.
const char* define_worker(cmd_parms* cmd, const char* url, std::uint16_t port) {
  proxy_server_conf* const proxy = proxy_config(cmd);
  proxy_worker* worker = ap_proxy_get_worker(cmd->temp_pool, nullptr, proxy, url);
  if (!worker) {
    if (const char* refused = ap_proxy_define_worker(cmd->pool, &worker, nullptr, proxy, url, 0))
      return apr_psprintf(cmd->pool, "%s: RTMPTProxyPass '%s': mod_proxy refuses it: %s", ids::kWorkerRefused, url,
                          refused);
  }
  if (worker->s->port == 0) worker->s->port = port; // mod_proxy does not know the scheme's port
  return nullptr;
}

} // namespace

const char* set_proxy_pass(cmd_parms* cmd, void*, const char* arguments) {
  const char* const target = ap_getword_conf(cmd->temp_pool, &arguments);
  policy::Settings& settings = server_config(cmd->server).settings;
  if (std::string_view(target) == "!") {
    if (*arguments)
      return apr_psprintf(cmd->pool, "%s: RTMPTProxyPass '! %s': expected nothing after !", ids::kTextAfterOff,
                          arguments);
    settings.pass = policy::Pass{};
    return nullptr;
  }
  const policy::BackendUrlResult result = policy::parse_backend_url(target);
  if (!result.error.empty())
    return apr_psprintf(cmd->pool, "%s: RTMPTProxyPass: %s", ids::kBadBackendUrl, result.error.c_str());
  const char* const url = apr_pstrdup(cmd->pool, policy::to_string(result.url).c_str());
  if (const char* wrong = define_worker(cmd, url, result.url.port)) return wrong;
  if (*arguments) {
    if (const char* wrong = set_parameters(cmd, url, arguments)) return wrong;
  }
  settings.pass = policy::Pass{result.url};
  return nullptr;
}

} // namespace rtmpt_proxy::apache
