// SPDX-License-Identifier: Apache-2.0
#include "module/core/proxy_workers.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"

namespace rtmpt_proxy::apache {

namespace {

bool has_member_of_ours(const proxy_balancer& balancer) {
  for (int i = 0; i < balancer.workers->nelts; ++i)
    if (is_ours(**element<proxy_worker*>(balancer.workers, i))) return true;
  return false;
}

// Uses the settings as written, because checks of the configuration ask before the effective settings exist.
bool names_target(const policy::Settings& settings) {
  return (settings.pass && policy::leads_somewhere(*settings.pass)) ||
         (settings.routes && policy::any_leads_somewhere(*settings.routes));
}

// Calls `visit` for each worker and balancer member of one virtual host.
template <class Visit>
void for_each_worker(const server_rec* server, Visit visit) {
  const proxy_server_conf* const proxy = proxy_config(server);
  if (!proxy) return;
  for (int i = 0; i < proxy->workers->nelts; ++i)
    visit(*element<proxy_worker>(proxy->workers, i));
  for (int i = 0; i < proxy->balancers->nelts; ++i) {
    const auto& balancer = *element<proxy_balancer>(proxy->balancers, i);
    for (int j = 0; j < balancer.workers->nelts; ++j)
      visit(**element<proxy_worker*>(balancer.workers, j));
  }
}

// Calls `visit` for each ProxyPass of one virtual host, those in its <Location>s too.
template <class Visit>
void for_each_alias(const server_rec* server, Visit visit) {
  const proxy_server_conf* const proxy = proxy_config(server);
  for (int i = 0; proxy && i < proxy->aliases->nelts; ++i)
    visit(*element<proxy_alias>(proxy->aliases, i));
  const auto* const core = static_cast<core_server_config*>(ap_get_core_module_config(server->module_config));
  for (int i = 0; i < core->sec_url->nelts; ++i) {
    const auto* const section = *element<ap_conf_vector_t*>(core->sec_url, i);
    const auto* const place = static_cast<proxy_dir_conf*>(ap_get_module_config(section, &proxy_module));
    if (place && place->alias) visit(*place->alias);
  }
}

int supply_default_ports(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  for (server_rec* server = main_server; server; server = server->next)
    for_each_worker(server, supply_default_port);
  return OK;
}

// balancer-manager may just have added a member, perhaps in another thread. So the list is read under the lock under
// which mod_proxy_balancer changes it.
int supply_ports_of_new_members(request_rec* r) {
  if (!r->handler || std::string_view(r->handler) != "balancer-manager") return DECLINED;
  const proxy_server_conf* const proxy = proxy_config(r->server);
  for (int i = 0; proxy && i < proxy->balancers->nelts; ++i) {
    const auto* const balancer = element<proxy_balancer>(proxy->balancers, i);
    if (PROXY_THREAD_LOCK(balancer) != APR_SUCCESS) continue;
    for (int j = 0; j < balancer->workers->nelts; ++j)
      supply_default_port(**element<proxy_worker*>(balancer->workers, j));
    PROXY_THREAD_UNLOCK(balancer);
  }
  return DECLINED;
}

} // namespace

proxy_server_conf* proxy_config(const server_rec* server) {
  return static_cast<proxy_server_conf*>(ap_get_module_config(server->module_config, &proxy_module));
}

bool carries_streams(server_rec* main_server) {
  bool found = false;
  for (server_rec* server = main_server; server && !found; server = server->next) {
    found = claims_streams(server);
    for_each_worker(server, [&found](const proxy_worker& worker) { found = found || is_ours(worker); });
  }
  return found;
}

bool claims_streams(const server_rec* server) {
  return names_target(server_config(server).settings);
}

bool has_pass(const server_rec* server) {
  if (claims_streams(server)) return true;
  proxy_server_conf* const proxy = proxy_config(server);
  bool found = false;
  for_each_alias(server, [&](const proxy_alias& alias) {
    found = found || leads_to_backend(server->process->pconf, proxy, alias.real);
  });
  return found;
}

bool accepts_rtmp(const server_rec* server) {
  return server_config(server).settings.accept_rtmp.value_or(false) && has_pass(server);
}

bool wants_tls_at_gateway(const server_rec* server) {
  return server_config(server).settings.terminate_tls == policy::TlsTermination::gateway && has_pass(server);
}

const char* needs_ask_listener(const server_rec* server) {
  if (accepts_rtmp(server)) return "RTMPTAcceptRTMP On";
  return wants_tls_at_gateway(server) ? "RTMPTTerminateTLS gateway" : nullptr;
}

std::vector<std::string> stream_targets(apr_pool_t* pool, const server_rec* server) {
  const policy::EffectiveSettings& settings = server_config(server).effective;
  std::vector<std::string> targets;
  if (policy::leads_somewhere(settings.pass)) targets.push_back(policy::to_string(settings.pass));
  for (const policy::HeaderRoute& route : settings.routes)
    if (policy::leads_somewhere(route.target)) targets.push_back(policy::to_string(route.target));
  proxy_server_conf* const proxy = proxy_config(server);
  for_each_alias(server, [&](const proxy_alias& alias) {
    if (leads_to_backend(pool, proxy, alias.real)) targets.emplace_back(alias.real);
  });
  return targets;
}

bool leads_to_backend(apr_pool_t* pool, proxy_server_conf* proxy, const char* url) {
  if (is_backend_url(url)) return true;
  if (!std::string_view(url).starts_with(BALANCER_PREFIX)) return false;
  const proxy_balancer* const balancer = ap_proxy_get_balancer(pool, proxy, url, 0);
  return balancer && has_member_of_ours(*balancer);
}

bool is_backend_url(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  return scheme_end != std::string_view::npos && policy::find_backend_scheme(url.substr(0, scheme_end));
}

policy::BackendUrlResult backend_of(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  const std::size_t path = scheme_end == std::string_view::npos ? scheme_end : url.find('/', scheme_end + 3);
  return policy::parse_backend_url(url.substr(0, path));
}

policy::BackendUrlResult backend_of(apr_pool_t* pool, proxy_worker& worker) {
  return backend_of(ap_proxy_worker_name(pool, &worker));
}

protocol::BackendAddress address_of(const policy::BackendUrl& backend) {
  return {policy::kind_of(backend.scheme), backend.host, backend.port};
}

bool is_ours(const proxy_worker& worker) {
  return policy::find_backend_scheme(worker.s->scheme).has_value();
}

void supply_default_port(proxy_worker& worker) {
  const auto scheme = policy::find_backend_scheme(worker.s->scheme);
  if (scheme && worker.s->port == 0) worker.s->port = policy::default_port(*scheme);
}

void register_worker_hooks(apr_pool_t*) {
  // After mod_proxy_balancer has moved its members to shared memory, before mod_proxy_hcheck looks at them: it disables
  // a member without a port (AH03303).
  static const char* const after[] = {"mod_proxy.c", "mod_proxy_balancer.c", nullptr};
  static const char* const before[] = {"mod_proxy_hcheck.c", nullptr};
  ap_hook_post_config(guarded<supply_default_ports, OK>, after, before, APR_HOOK_MIDDLE);
  // Members that are added at run time come later: at the end of the request that adds them.
  ap_hook_log_transaction(guarded<supply_ports_of_new_members, DECLINED>, nullptr, nullptr, APR_HOOK_FIRST);
}

} // namespace rtmpt_proxy::apache
