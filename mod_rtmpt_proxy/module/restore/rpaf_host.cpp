// SPDX-License-Identifier: Apache-2.0
#include "module/restore/rpaf_host.hpp"

#include "module/core/message_ids.hpp"
#include "module/restore/rpaf_header.hpp"

#include <rtmpt_proxy/policy/restore/forwarded_host.hpp>

namespace rtmpt_proxy::apache {

namespace {

// The parts of a request that the choice of a virtual host changes.
struct HostOfRequest {
  const char* header;
  const char* name;
  apr_port_t port;
  char* port_text;
  server_rec* server;
  ap_conf_vector_t* per_dir_config;
};

HostOfRequest host_of(const request_rec* r) {
  return {apr_table_get(r->headers_in, "Host"),
          r->hostname,
          r->parsed_uri.port,
          r->parsed_uri.port_str,
          r->server,
          r->per_dir_config};
}

void put_back(request_rec* r, const HostOfRequest& host) {
  if (host.header) {
    apr_table_setn(r->headers_in, "Host", host.header);
  } else {
    apr_table_unset(r->headers_in, "Host");
  }
  r->hostname = host.name;
  r->parsed_uri.port = host.port;
  r->parsed_uri.port_str = host.port_text;
  r->server = host.server;
  r->per_dir_config = host.per_dir_config;
  r->status = HTTP_OK;
}

// Chooses as httpd does for a new request: among the virtual hosts of the address and port that the connection came to.
bool choose_virtual_host(request_rec* r, const char* authority) {
  apr_table_setn(r->headers_in, "Host", authority);
  r->hostname = nullptr;
  r->parsed_uri.port = 0;
  r->parsed_uri.port_str = nullptr;
  r->server = r->connection->base_server;
  ap_update_vhost_from_headers(r);
  r->per_dir_config = r->server->lookup_defaults;
  return r->status == HTTP_OK && r->hostname;
}

} // namespace

bool restore_host(request_rec* r) {
  const GivenHeader given = first_given(r, kHostHeaders);
  if (!given.value) return false;
  const std::optional<std::string_view> host = policy::forwarded_host(given.value);
  if (host) {
    const HostOfRequest own = host_of(r);
    if (choose_virtual_host(r, apr_pstrmemdup(r->pool, host->data(), host->size()))) return true;
    put_back(r, own);
  }
  report_bad_value(r, given, "a host with or without a port");
  return false;
}

} // namespace rtmpt_proxy::apache
