#include "module/core/server_place.hpp"

namespace rtmpt_proxy::apache {

std::string place_of(const server_rec* server) {
  if (!server->is_virtual) return "the main server";
  std::string name = "virtual host ";
  name += server->server_hostname ? server->server_hostname : "without ServerName";
  if (server->defn_name)
    name += " (" + std::string(server->defn_name) + ":" + std::to_string(server->defn_line_number) + ")";
  return name;
}

} // namespace rtmpt_proxy::apache
