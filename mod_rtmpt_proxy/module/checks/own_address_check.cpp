// Media servers that are this httpd itself: its streams would come back to it.
#include "module/checks/configuration_checks.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/named_backends.hpp"
#include "module/core/server_place.hpp"
#include "module/core/socket_address.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <ifaddrs.h>

namespace rtmpt_proxy::apache {

namespace {

using protocol::IpAddress;

// What a media server's host is, as far as it can be told without asking a name server.
std::vector<IpAddress> addresses_of(const std::string& host) {
  if (host == "localhost") return {*protocol::parse_ip_address("127.0.0.1"), *protocol::parse_ip_address("::1")};
  const std::optional<IpAddress> address = protocol::parse_ip_address(host);
  return address ? std::vector<IpAddress>{*address} : std::vector<IpAddress>{};
}

bool is_loopback(const IpAddress& address) {
  return std::string_view(protocol::to_text(address).view()).starts_with("127.") ||
         protocol::to_text(address).view() == "::1";
}

bool is_any(const IpAddress& address) {
  const std::string_view text = protocol::to_text(address).view();
  return text == "0.0.0.0" || text == "::";
}

std::vector<IpAddress> addresses_of_this_machine() {
  std::vector<IpAddress> found;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return found;
  for (const ifaddrs* one = list; one; one = one->ifa_next)
    if (const auto address = one->ifa_addr ? address_of(*one->ifa_addr) : std::nullopt) found.push_back(*address);
  freeifaddrs(list);
  return found;
}

bool listens_at(const IpAddress& address, std::uint16_t port, const std::vector<IpAddress>& of_machine) {
  for (const ap_listen_rec* listener = ap_listeners; listener; listener = listener->next) {
    if (!listener->bind_addr || listener->bind_addr->port != port) continue;
    const auto bound = endpoint_of(listener->bind_addr);
    if (!bound) continue;
    if (bound->address == address) return true;
    const bool is_here = is_loopback(address) || is_any(address) ||
                         std::find(of_machine.begin(), of_machine.end(), address) != of_machine.end();
    if (is_any(bound->address) && is_here) return true;
  }
  return false;
}

// A virtual host of this name is this httpd too, unless name servers say otherwise inside.
bool is_own_name(const std::string& host, std::uint16_t port, const server_rec* main_server) {
  const auto listens = [port] {
    for (const ap_listen_rec* listener = ap_listeners; listener; listener = listener->next)
      if (listener->bind_addr && listener->bind_addr->port == port) return true;
    return false;
  };
  for (const server_rec* server = main_server; server; server = server->next)
    if (server->server_hostname && ap_cstr_casecmp(server->server_hostname, host.c_str()) == 0) return listens();
  return false;
}

bool is_this_server(const policy::BackendUrl& backend, const server_rec* main_server,
                    const std::vector<IpAddress>& of_machine) {
  const std::vector<IpAddress> addresses = addresses_of(backend.host);
  if (addresses.empty()) return is_own_name(backend.host, backend.port, main_server);
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const IpAddress& address) { return listens_at(address, backend.port, of_machine); });
}

void warn(const policy::BackendUrl& backend, const server_rec* server, server_rec* main_server) {
  const bool rtmpt = backend.scheme == policy::BackendScheme::rtmpt;
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
               "%s: %s: %s is an address where this httpd listens itself: %s: expected the address of a media server",
               ids::kOwnAddress, place_of(server).c_str(), policy::to_string(backend).c_str(),
               rtmpt ? "a stream would come back, and is refused when it does" : "it takes no RTMP there");
}

} // namespace

int check_own_addresses(apr_pool_t* pool, server_rec* main_server) {
  const std::vector<IpAddress> of_machine = addresses_of_this_machine();
  for (const server_rec* server = main_server; server; server = server->next)
    for (const policy::BackendUrl& backend : named_backends(pool, server))
      if (is_this_server(backend, main_server, of_machine)) warn(backend, server, main_server);
  return OK;
}

} // namespace rtmpt_proxy::apache
