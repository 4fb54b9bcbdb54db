// SPDX-License-Identifier: Apache-2.0
#include "module/recognition/address_hosts.hpp"

#include "module/core/connection_notes.hpp"
#include "module/core/server_config.hpp"
#include "module/restore/restored_request.hpp"
#include "module/restore/rpaf_proxy_protocol.hpp"

#include <optional>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kRemoteIpFilter = "REMOTEIP_INPUT";

// What the virtual hosts of one address say.
struct HostsOfAddress {
  std::optional<protocol::IpAddress> peer;
  bool is_announced = false; // the peer speaks for another client
  bool accept = false;       // one of them wants it
  bool forbid = false;       // one of them must not be reached by this peer in this way
};

// For RTMP alone those count that take it: the gateway asks httpd about the others, which refuse.
int ask_about_rtmp(void* data, conn_rec*, server_rec* server) {
  auto& hosts = *static_cast<HostsOfAddress*>(data);
  const ServerConfig& config = server_config(server);
  if (!config.has_streams || !config.effective.accept_rtmp) return 0;
  hosts.accept = true;
  hosts.forbid = hosts.forbid || !hosts.peer || config.restore.forbids(*hosts.peer);
  return 0; // go on with the next host
}

// A relayed connection can reach all of them.
int ask_about_tls(void* data, conn_rec*, server_rec* server) {
  auto& hosts = *static_cast<HostsOfAddress*>(data);
  const ServerConfig& config = server_config(server);
  hosts.accept = hosts.accept || !config.tls_server_id.empty();
  hosts.forbid = hosts.forbid || !hosts.peer || config.restore.forbids(*hosts.peer) ||
                 (hosts.is_announced && !config.restore.trusts(*hosts.peer));
  return 0;
}

bool all_agree(conn_rec* c, ap_vhost_iterate_conn_cb ask) {
  HostsOfAddress hosts{peer_address(c), announced_connection(c) != nullptr};
  ask(&hosts, c, c->base_server);
  ap_vhost_iterate_given_conn(c, ask, &hosts);
  return hosts.accept && !hosts.forbid;
}

// mod_remoteip reads a PROXY header, and tells nobody what it says until there is a request. The client would get the
// address and the rights of its proxy.
bool client_is_hidden(const conn_rec* c) {
  for (const ap_filter_t* filter = c->input_filters; filter; filter = filter->next)
    if (ap_cstr_casecmp(filter->frec->name, kRemoteIpFilter) == 0) return true;
  return false;
}

bool is_strangers(conn_rec* c) {
  return !connection_notes(c).came_by_ask_door && !client_is_hidden(c);
}

} // namespace

bool address_accepts_rtmp(conn_rec* c) {
  return server_config(ap_server_conf).someone_accepts_rtmp && is_strangers(c) && all_agree(c, ask_about_rtmp);
}

bool address_hands_over_tls(conn_rec* c) {
  return server_config(ap_server_conf).someone_hands_over_tls && is_strangers(c) && all_agree(c, ask_about_tls);
}

} // namespace rtmpt_proxy::apache
