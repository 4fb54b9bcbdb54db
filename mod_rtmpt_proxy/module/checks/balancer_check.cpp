// SPDX-License-Identifier: Apache-2.0
#include "module/checks/balancer_check.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"

namespace rtmpt_proxy::apache {

namespace {

// One place where the configuration names a balancer.
struct Mention {
  server_rec* server;
  std::string directive; // "RTMPTProxyPass balancer://media"
  std::string balancer;  // "balancer://media"
};

std::vector<Mention> mentions(server_rec* server) {
  std::vector<Mention> found;
  const auto add = [&](std::string directive, const policy::PassTarget& target) {
    if (!std::holds_alternative<policy::BalancerName>(target)) return;
    const std::string balancer = policy::to_string(target);
    found.push_back({server, std::move(directive += balancer), balancer});
  };
  const policy::Settings& settings = server_config(server).settings;
  if (settings.pass) add("RTMPTProxyPass ", *settings.pass);
  for (const policy::HeaderRoute& route : settings.routes.value_or(policy::HeaderRoutes{}))
    add("RTMPTProxyPassMatch " + route.header + " '" + route.pattern->text().substr(0, 100) + "' ", route.target);
  return found;
}

int check_members(apr_pool_t* pool, const Mention& mention, const proxy_balancer& balancer) {
  int result = OK;
  for (int i = 0; i < balancer.workers->nelts; ++i) {
    proxy_worker& worker = **element<proxy_worker*>(balancer.workers, i);
    const char* const url = ap_proxy_worker_name(pool, &worker);
    if (policy::parse_backend_url(url).error.empty()) continue;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, mention.server,
                 "%s: %s: %s: its member '%s' can take no stream: expected members rtmp://host[:port],"
                 " rtmps://host[:port] and rtmpt://host[:port] alone",
                 ids::kBadBalancerMember, place_of(mention.server).c_str(), mention.directive.c_str(), url);
    result = HTTP_INTERNAL_SERVER_ERROR;
  }
  if (balancer.workers->nelts == 0 && balancer.growth == 0)
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, mention.server,
                 "%s: %s: %s: the balancer has no member, so no stream can be carried: expected a BalancerMember, or"
                 " growth= for members to come",
                 ids::kEmptyBalancer, place_of(mention.server).c_str(), mention.directive.c_str());
  return result;
}

int check_mention(apr_pool_t* pool, const Mention& mention) {
  if (!ap_find_linked_module("mod_proxy_balancer.c")) {
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, mention.server, "%s: %s: %s: expected mod_proxy_balancer to be loaded",
                 ids::kBalancerModuleMissing, place_of(mention.server).c_str(), mention.directive.c_str());
    return HTTP_INTERNAL_SERVER_ERROR;
  }
  proxy_server_conf* const proxy = proxy_config(mention.server);
  const proxy_balancer* const balancer =
      proxy ? ap_proxy_get_balancer(pool, proxy, mention.balancer.c_str(), 0) : nullptr;
  if (balancer) return check_members(pool, mention, *balancer);
  ap_log_error(
      APLOG_MARK, APLOG_ERR, 0, mention.server,
      "%s: %s: %s: there is no such balancer: expected <Proxy %s> with its BalancerMembers in this virtual host"
      " or in the main server",
      ids::kNoSuchBalancer, place_of(mention.server).c_str(), mention.directive.c_str(), mention.balancer.c_str());
  return HTTP_INTERNAL_SERVER_ERROR;
}

int check_balancers(apr_pool_t*, apr_pool_t*, apr_pool_t* pool, server_rec* main_server) {
  int result = OK;
  for (server_rec* server = main_server; server; server = server->next)
    for (const Mention& mention : mentions(server))
      if (check_mention(pool, mention) != OK) result = HTTP_INTERNAL_SERVER_ERROR;
  return result;
}

} // namespace

void register_balancer_check_hooks(apr_pool_t*) {
  // Virtual hosts are merged by then, and `httpd -t` runs it too. No order: it changes nothing.
  ap_hook_check_config(guarded<check_balancers, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
