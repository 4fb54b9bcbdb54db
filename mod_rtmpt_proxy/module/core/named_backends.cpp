// SPDX-License-Identifier: Apache-2.0
#include "module/core/named_backends.hpp"

#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

using policy::BackendUrl;

class NamedBackends {
 public:
  NamedBackends(apr_pool_t* pool, const server_rec* server) : pool_(pool), proxy_(proxy_config(server)) {
    const policy::Settings& settings = server_config(server).settings;
    if (settings.pass) add(policy::to_string(*settings.pass));
    for (const policy::HeaderRoute& route : settings.routes.value_or(policy::HeaderRoutes{}))
      add(policy::to_string(route.target));
    for (int i = 0; proxy_ && i < proxy_->aliases->nelts; ++i)
      add(element<proxy_alias>(proxy_->aliases, i)->real);
  }

  std::vector<BackendUrl> take() { return std::move(list_); }

 private:
  void add(const std::string& target) {
    if (is_backend_url(target)) return add(backend_of(target));
    const bool balancer = proxy_ && std::string_view(target).starts_with(BALANCER_PREFIX);
    if (const proxy_balancer* const found =
            balancer ? ap_proxy_get_balancer(pool_, proxy_, target.c_str(), 0) : nullptr)
      for (int i = 0; i < found->workers->nelts; ++i)
        add(backend_of(pool_, **element<proxy_worker*>(found->workers, i)));
  }

  void add(const policy::BackendUrlResult& backend) {
    if (backend.error.empty()) list_.push_back(backend.url);
  }

  apr_pool_t* pool_;
  proxy_server_conf* proxy_;
  std::vector<BackendUrl> list_;
};

// Uses the settings as written, because checks of the configuration ask before the effective settings exist.
std::vector<policy::PassTarget> targets_of(const server_rec* server) {
  const policy::Settings& settings = server_config(server).settings;
  std::vector<policy::PassTarget> targets;
  if (settings.pass) targets.push_back(*settings.pass);
  for (const policy::HeaderRoute& route : settings.routes.value_or(policy::HeaderRoutes{}))
    targets.push_back(route.target);
  std::erase_if(targets, [](const policy::PassTarget& target) { return !policy::leads_somewhere(target); });
  return targets;
}

} // namespace

std::vector<policy::BackendUrl> named_backends(apr_pool_t* pool, const server_rec* server) {
  return NamedBackends(pool, server).take();
}

std::vector<policy::HubName> named_hubs(const server_rec* server) {
  std::vector<policy::HubName> hubs;
  for (const policy::PassTarget& target : targets_of(server)) {
    const auto* const hub = std::get_if<policy::HubName>(&target);
    if (hub && std::find(hubs.begin(), hubs.end(), *hub) == hubs.end()) hubs.push_back(*hub);
  }
  return hubs;
}

bool leads_to_hubs_alone(const server_rec* server) {
  const std::vector<policy::PassTarget> targets = targets_of(server);
  return !targets.empty() && std::all_of(targets.begin(), targets.end(), [](const policy::PassTarget& target) {
    return std::holds_alternative<policy::HubName>(target);
  });
}

} // namespace rtmpt_proxy::apache
