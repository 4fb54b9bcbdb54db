// SPDX-License-Identifier: Apache-2.0
#include "module/checks/forward_client_check.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/named_backends.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"

#include <string>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

using policy::BackendUrl;

int check_server(apr_pool_t* pool, server_rec* server) {
  const std::optional<policy::ClientForwarding>& how = server_config(server).settings.forward_client;
  if (!how) return OK;
  const std::vector<BackendUrl> backends = named_backends(pool, server);
  const BackendUrl* const misfit = policy::find_misfit(*how, backends);
  if (!misfit) return OK;
  const bool rtmpt = misfit->scheme == policy::BackendScheme::rtmpt;
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, server,
               "%s: %s: RTMPTForwardClient %s cannot tell %s of its clients: expected %s with %s://",
               ids::kForwardClientMisfit, place_of(server).c_str(), std::string(policy::to_string(*how)).c_str(),
               policy::to_string(*misfit).c_str(), rtmpt ? "none or xff" : "none, proxy-v1, proxy-v2 or srs",
               std::string(policy::to_string(misfit->scheme)).c_str());
  return HTTP_INTERNAL_SERVER_ERROR;
}

int check_forwarded_clients(apr_pool_t*, apr_pool_t*, apr_pool_t* pool, server_rec* main_server) {
  int result = OK;
  for (server_rec* server = main_server; server; server = server->next)
    if (check_server(pool, server) != OK) result = HTTP_INTERNAL_SERVER_ERROR;
  return result;
}

} // namespace

void register_forward_client_check_hooks(apr_pool_t*) {
  // Virtual hosts are merged by then, and `httpd -t` runs it too. No order: it changes nothing.
  ap_hook_check_config(guarded<check_forwarded_clients, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
