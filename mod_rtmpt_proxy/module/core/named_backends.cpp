#include "module/core/named_backends.hpp"

#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"

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

} // namespace

std::vector<policy::BackendUrl> named_backends(apr_pool_t* pool, const server_rec* server) {
  return NamedBackends(pool, server).take();
}

} // namespace rtmpt_proxy::apache
