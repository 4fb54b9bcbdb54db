// SPDX-License-Identifier: Apache-2.0
#include "module/core/server_place.hpp"

#include <cstring>

namespace rtmpt_proxy::apache {

namespace {

bool are_same(const server_addr_rec* one, const server_addr_rec* other) {
  const apr_sockaddr_t* const a = one->host_addr;
  const apr_sockaddr_t* const b = other->host_addr;
  return one->host_port == other->host_port && a->ipaddr_len == b->ipaddr_len &&
         std::memcmp(a->ipaddr_ptr, b->ipaddr_ptr, static_cast<std::size_t>(a->ipaddr_len)) == 0;
}

} // namespace

std::string place_of(const server_rec* server) {
  if (!server->is_virtual) return "the main server";
  std::string name = "virtual host ";
  name += server->server_hostname ? server->server_hostname : "without ServerName";
  if (server->defn_name)
    name += " (" + std::string(server->defn_name) + ":" + std::to_string(server->defn_line_number) + ")";
  return name;
}

bool has_address(const server_rec* server, const server_addr_rec* address) {
  for (const server_addr_rec* own = server->addrs; own; own = own->next)
    if (are_same(own, address)) return true;
  return false;
}

const server_rec* first_host_of(const server_rec* main_server, const server_addr_rec* address) {
  const server_rec* first = nullptr;
  for (const server_rec* server = main_server->next; server; server = server->next)
    if (has_address(server, address)) first = server;
  return first;
}

} // namespace rtmpt_proxy::apache
