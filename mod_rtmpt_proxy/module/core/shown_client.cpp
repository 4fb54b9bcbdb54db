// SPDX-License-Identifier: Apache-2.0
#include "module/core/shown_client.hpp"

#include "module/core/server_config.hpp"

#include <rtmpt_proxy/policy/logs/short_address.hpp>

namespace rtmpt_proxy::apache {

std::string shown_address(const server_rec* server, const char* address) {
  return server_config(server).effective.terms.anonymize_client ? policy::short_address(address) : address;
}

std::string shown_client(const request_rec* r) {
  return shown_address(r->server, r->useragent_ip);
}

} // namespace rtmpt_proxy::apache
