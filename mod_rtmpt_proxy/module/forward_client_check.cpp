#include "forward_client_check.hpp"

#include "hook_guard.hpp"
#include "proxy_workers.hpp"
#include "server_config.hpp"
#include "server_place.hpp"

#include <string>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

using policy::BackendUrl;

// The media servers that a virtual host's configuration names, whichever directive does; what is none of ours is left
// out, and refused elsewhere.
class NamedBackends {
 public:
  NamedBackends(apr_pool_t* pool, server_rec* server) : pool_(pool), proxy_(proxy_config(server)) {
    const policy::Settings& settings = server_config(server).settings;
    if (settings.pass) add(policy::to_string(*settings.pass));
    for (const policy::HeaderRoute& route : settings.routes.value_or(policy::HeaderRoutes{}))
      add(policy::to_string(route.target));
    for (int i = 0; proxy_ && i < proxy_->aliases->nelts; ++i)
      add(element<proxy_alias>(proxy_->aliases, i)->real);
  }

  const std::vector<BackendUrl>& list() const { return list_; }

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

int check_server(apr_pool_t* pool, server_rec* server) {
  const std::optional<policy::ClientForwarding>& how = server_config(server).settings.forward_client;
  if (!how) return OK;
  const NamedBackends backends(pool, server);
  const BackendUrl* const misfit = policy::find_misfit(*how, backends.list());
  if (!misfit) return OK;
  const bool rtmpt = misfit->scheme == policy::BackendScheme::rtmpt;
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, server,
               "%s: %s: RTMPTForwardClient %s cannot tell %s of its clients: expected %s with %s://",
               ids::kForwardClientMisfit, place_of(server).c_str(), std::string(policy::to_string(*how)).c_str(),
               policy::to_string(*misfit).c_str(), rtmpt ? "none or xff" : "none, proxy-v1, proxy-v2 or srs",
               std::string(policy::to_string(misfit->scheme)).c_str());
  return HTTP_INTERNAL_SERVER_ERROR;
}

int check_all(apr_pool_t*, apr_pool_t*, apr_pool_t* pool, server_rec* main_server) {
  int result = OK;
  for (server_rec* server = main_server; server; server = server->next)
    if (check_server(pool, server) != OK) result = HTTP_INTERNAL_SERVER_ERROR;
  return result;
}

} // namespace

void register_forward_client_check_hooks(apr_pool_t*) {
  // Virtual hosts are merged by then, and `httpd -t` runs it too. No order: it changes nothing.
  ap_hook_check_config(guarded<check_all, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
