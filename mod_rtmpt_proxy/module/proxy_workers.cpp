#include "proxy_workers.hpp"

#include "hook_guard.hpp"
#include "server_config.hpp"

#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

// Element `index` of an array whose elements only mod_proxy knows the size of.
template <class T>
T* element(const apr_array_header_t* array, int index) {
  return reinterpret_cast<T*>(array->elts + static_cast<std::ptrdiff_t>(index) * array->elt_size);
}

bool is_ours(const proxy_worker& worker) {
  return std::string_view(worker.s->scheme) == kScheme;
}

bool has_member_of_ours(const proxy_balancer& balancer) {
  for (int i = 0; i < balancer.workers->nelts; ++i)
    if (is_ours(**element<proxy_worker*>(balancer.workers, i))) return true;
  return false;
}

// Calls `visit` for each worker and balancer member of one virtual host.
template <class Visit>
void for_each_worker(const server_rec* server, Visit visit) {
  const auto* const proxy =
      static_cast<const proxy_server_conf*>(ap_get_module_config(server->module_config, &proxy_module));
  if (!proxy) return;
  for (int i = 0; i < proxy->workers->nelts; ++i)
    visit(*element<proxy_worker>(proxy->workers, i));
  for (int i = 0; i < proxy->balancers->nelts; ++i) {
    const auto& balancer = *element<proxy_balancer>(proxy->balancers, i);
    for (int j = 0; j < balancer.workers->nelts; ++j)
      visit(**element<proxy_worker*>(balancer.workers, j));
  }
}

int supply_default_ports(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  for (server_rec* server = main_server; server; server = server->next)
    for_each_worker(server, [](proxy_worker& worker) {
      if (is_ours(worker)) supply_default_port(worker);
    });
  return OK;
}

} // namespace

bool carries_streams(server_rec* main_server) {
  bool found = false;
  for (server_rec* server = main_server; server && !found; server = server->next) {
    found = server_config(server).effective.backend.has_value();
    for_each_worker(server, [&found](const proxy_worker& worker) { found = found || is_ours(worker); });
  }
  return found;
}

bool has_pass(const server_rec* server) {
  if (server_config(server).effective.backend) return true;
  auto* const proxy = static_cast<proxy_server_conf*>(ap_get_module_config(server->module_config, &proxy_module));
  if (!proxy) return false;
  for (int i = 0; i < proxy->aliases->nelts; ++i)
    if (leads_to_backend(server->process->pconf, proxy, element<proxy_alias>(proxy->aliases, i)->real)) return true;
  return false;
}

bool leads_to_backend(apr_pool_t* pool, proxy_server_conf* proxy, const char* url) {
  const std::string_view text(url);
  if (text.starts_with("rtmp://")) return true;
  if (!text.starts_with("balancer://")) return false;
  const proxy_balancer* const balancer = ap_proxy_get_balancer(pool, proxy, url, 0);
  return balancer && has_member_of_ours(*balancer);
}

void supply_default_port(proxy_worker& worker) {
  if (worker.s->port == 0) worker.s->port = policy::kDefaultRtmpPort;
}

void register_worker_hooks(apr_pool_t*) {
  // After mod_proxy_balancer has moved its members to shared memory, before mod_proxy_hcheck looks at them: it disables
  // a member without a port (AH03303).
  static const char* const after[] = {"mod_proxy.c", "mod_proxy_balancer.c", nullptr};
  static const char* const before[] = {"mod_proxy_hcheck.c", nullptr};
  ap_hook_post_config(guarded<supply_default_ports, OK>, after, before, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
