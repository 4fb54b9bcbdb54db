// SPDX-License-Identifier: Apache-2.0
// Finds backends that are this httpd itself: its streams would come back to it.
#include "module/checks/configuration_checks.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/named_backends.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_place.hpp"
#include "module/core/socket_address.hpp"

#include <rtmpt_proxy/policy/routing/own_address.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <ifaddrs.h>

namespace rtmpt_proxy::apache {

namespace {

using protocol::IpAddress;

std::vector<IpAddress> addresses_of_this_machine() {
  std::vector<IpAddress> found;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return found;
  for (const ifaddrs* one = list; one; one = one->ifa_next)
    if (const auto address = one->ifa_addr ? address_of(*one->ifa_addr) : std::nullopt) found.push_back(*address);
  freeifaddrs(list);
  return found;
}

policy::OwnAddresses own_addresses(const server_rec* main_server) {
  policy::OwnAddresses own;
  own.of_machine = addresses_of_this_machine();
  for (const ap_listen_rec* listener = ap_listeners; listener; listener = listener->next)
    if (const auto bound = listener->bind_addr ? endpoint_of(listener->bind_addr) : std::nullopt)
      own.listeners.push_back(*bound);
  for (const server_rec* server = main_server; server; server = server->next)
    if (server->server_hostname) own.names.emplace_back(server->server_hostname);
  return own;
}

bool any_accepts_rtmp(const server_rec* main_server) {
  for (const server_rec* server = main_server; server; server = server->next)
    if (accepts_rtmp(server)) return true;
  return false;
}

// RTMP has nothing by which a server could tell that a stream has been there before.
const char* consequence(const policy::BackendUrl& backend, const server_rec* main_server) {
  if (backend.scheme == policy::BackendScheme::rtmpt) return "a stream would come back, and is refused when it does";
  return any_accepts_rtmp(main_server) ? "a stream would come back again and again, until RTMPTMaxSessions or the"
                                         " gateway's descriptors end it"
                                       : "it takes no RTMP there";
}

void warn(const policy::BackendUrl& backend, const server_rec* server, server_rec* main_server) {
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
               "%s: %s: %s is an address where this httpd listens itself: %s: expected the address of a media server",
               ids::kOwnAddress, place_of(server).c_str(), policy::to_string(backend).c_str(),
               consequence(backend, main_server));
}

} // namespace

int check_own_addresses(apr_pool_t* pool, server_rec* main_server) {
  const policy::OwnAddresses own = own_addresses(main_server);
  for (const server_rec* server = main_server; server; server = server->next)
    for (const policy::BackendUrl& backend : named_backends(pool, server))
      if (policy::is_own_address(backend.host, backend.port, own)) warn(backend, server, main_server);
  return OK;
}

} // namespace rtmpt_proxy::apache
