// SPDX-License-Identifier: Apache-2.0
#include "module/core/connection_notes.hpp"

namespace rtmpt_proxy::apache {

ConnectionNotes* find_connection_notes(const conn_rec* c) {
  return static_cast<ConnectionNotes*>(ap_get_module_config(c->conn_config, &rtmpt_proxy_module));
}

ConnectionNotes& connection_notes(conn_rec* c) {
  ConnectionNotes* tunnel = find_connection_notes(c);
  if (!tunnel) {
    tunnel = static_cast<ConnectionNotes*>(apr_pcalloc(c->pool, sizeof(ConnectionNotes)));
    ap_set_module_config(c->conn_config, &rtmpt_proxy_module, tunnel);
  }
  return *tunnel;
}

const protocol::AskPreamble* find_ask(const conn_rec* c) {
  const ConnectionNotes* const notes = find_connection_notes(c);
  return notes ? notes->ask : nullptr;
}

const protocol::AskPreamble* find_relay(const conn_rec* c) {
  const ConnectionNotes* const notes = find_connection_notes(c);
  return notes ? notes->relay : nullptr;
}

int descriptor_of(conn_rec* c) {
  apr_socket_t* const socket = c->master ? nullptr : ap_get_conn_socket(c);
  apr_os_sock_t descriptor = -1;
  return socket && apr_os_sock_get(&descriptor, socket) == APR_SUCCESS ? descriptor : -1;
}

} // namespace rtmpt_proxy::apache
