// SPDX-License-Identifier: Apache-2.0
#include "module/restore/rpaf_proxy_check.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"

namespace rtmpt_proxy::apache {

namespace {

bool refuse_without_proxies(const server_rec* main_server, const server_rec* server) {
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server,
               "%s: RPAFproxyProtocol is On in virtual host %s (%s:%u), which believes nobody, and would close every "
               "connection with a PROXY header: expected RPAFenable On and RPAFproxy_ips there",
               ids::kNobodyMayAnnounce, server->server_hostname ? server->server_hostname : "of the main server",
               server->defn_name ? server->defn_name : "main server", server->defn_line_number);
  return false;
}

bool refuse_second_setting(const server_rec* main_server, const server_rec* server, const server_rec* first,
                           const server_addr_rec* address) {
  const bool on = restore_rules_of(server).proxy_protocol;
  ap_log_error(
      APLOG_MARK, APLOG_ERR, 0, main_server,
      "%s: RPAFproxyProtocol %s in virtual host %s (%s:%u): expected %s as in virtual host %s (%s:%u), which is "
      "the first at %s:%u and whose setting holds for all of them",
      ids::kProxyProtocolTwice, on ? "On" : "Off", server->server_hostname, server->defn_name, server->defn_line_number,
      on ? "Off" : "On", first->server_hostname, first->defn_name, first->defn_line_number, address->virthost,
      unsigned{address->host_port});
  return false;
}

bool check_host(const server_rec* main_server, const server_rec* server) {
  const policy::RestoreRules rules = restore_rules_of(server);
  for (const server_addr_rec* address = server->addrs; address; address = address->next) {
    const server_rec* const first = first_host_of(main_server, address);
    if (first == server) {
      if (rules.proxy_protocol && !policy::believes_anybody(rules)) return refuse_without_proxies(main_server, server);
    } else if (server_config(server).sets_proxy_protocol &&
               rules.proxy_protocol != restore_rules_of(first).proxy_protocol) {
      return refuse_second_setting(main_server, server, first, address);
    }
  }
  return true;
}

int check_proxy_protocol(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  const policy::RestoreRules rules = restore_rules_of(main_server);
  // When there are virtual hosts, the main server's setting is only inherited.
  bool good = main_server->next || !rules.proxy_protocol || policy::believes_anybody(rules) ||
              refuse_without_proxies(main_server, main_server);
  for (const server_rec* server = main_server->next; server; server = server->next)
    good = check_host(main_server, server) && good;
  return good ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

} // namespace

void register_proxy_check_hooks(apr_pool_t*) {
  // Virtual hosts have inherited by then, and `httpd -t` runs it too. No order: it changes nothing.
  ap_hook_check_config(guarded<check_proxy_protocol, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
