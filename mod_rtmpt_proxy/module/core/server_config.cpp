// SPDX-License-Identifier: Apache-2.0
#include "module/core/server_config.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/hop_name.hpp"
#include "module/core/pool.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/version.hpp>

#include <algorithm>
#include <thread>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

// The key of a virtual host: its name and its addresses. It is the same after a restart, and different for each virtual
// host.
protocol::VhostKey vhost_key_of(const server_rec* server) {
  std::string key = server->server_hostname ? server->server_hostname : "";
  key += ':' + std::to_string(server->port);
  for (const server_addr_rec* address = server->addrs; address; address = address->next)
    key += '|' + std::string(address->virthost ? address->virthost : "") + ':' + std::to_string(address->host_port);
  return protocol::VhostKey(std::move(key));
}

// Gives each virtual host a configuration object of its own, because each has a key. httpd lets virtual hosts
// without our directives share the main server's object.
void separate(apr_pool_t* pool, server_rec* server, server_rec* main_server) {
  if (server == main_server || &server_config(server) != &server_config(main_server)) return;
  ap_set_module_config(server->module_config, &rtmpt_proxy_module,
                       make_in_pool<ServerConfig>(pool, server_config(main_server)));
}

int resolve_all(apr_pool_t* pool, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  for (server_rec* server = main_server; server; server = server->next) {
    separate(pool, server, main_server);
    ServerConfig& config = server_config(server);
    config.effective = policy::with_defaults(config.settings);
    config.restore = restore_rules_of(server);
    config.vhost_key = vhost_key_of(server);
    config.hop_name = make_hop_name(config.vhost_key);
  }
  return OK;
}

} // namespace

void* create_server_config(apr_pool_t* pool, server_rec*) {
  return make_in_pool<ServerConfig>(pool);
}

void* merge_server_config(apr_pool_t* pool, void* base, void* override) {
  const auto& inherited = *static_cast<const ServerConfig*>(base);
  const auto& own = *static_cast<const ServerConfig*>(override);
  auto* const merged = make_in_pool<ServerConfig>(pool);
  merged->settings = policy::merge(inherited.settings, own.settings);
  merged->restore_settings = policy::merge(inherited.restore_settings, own.restore_settings);
  merged->sets_proxy_protocol = own.restore_settings.proxy_protocol.has_value();
  merged->gateway_path = inherited.gateway_path;
  merged->gateway_threads = inherited.gateway_threads;
  merged->sessions_per_loop = inherited.sessions_per_loop;
  merged->gateway_user = inherited.gateway_user;
  merged->control_socket = inherited.control_socket;
  merged->retired_children = inherited.retired_children;
  merged->retired_life = inherited.retired_life;
  merged->cached_targets = own.cached_targets;
  merged->cached_targets.insert(inherited.cached_targets.begin(), inherited.cached_targets.end());
  return merged;
}

ServerConfig& server_config(const server_rec* server) {
  return *static_cast<ServerConfig*>(ap_get_module_config(server->module_config, &rtmpt_proxy_module));
}

policy::RestoreRules restore_rules_of(const server_rec* server) {
  return policy::with_defaults(server_config(server).restore_settings);
}

std::string gateway_path(const server_rec* main_server) {
  return server_config(main_server).gateway_path.value_or(std::string(installed_gateway()));
}

std::uint32_t gateway_threads(const server_rec* main_server) {
  const std::optional<std::uint32_t>& configured = server_config(main_server).gateway_threads;
  return configured ? *configured : std::clamp(std::thread::hardware_concurrency(), 1u, kMostLoopsByDefault);
}

std::uint32_t sessions_per_loop(const server_rec* main_server) {
  return server_config(main_server).sessions_per_loop.value_or(protocol::kDefaultSessionsPerLoop);
}

void register_config_hooks(apr_pool_t*) {
  // Before all others: every other part of the module reads what is resolved here.
  ap_hook_post_config(guarded<resolve_all, OK>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
