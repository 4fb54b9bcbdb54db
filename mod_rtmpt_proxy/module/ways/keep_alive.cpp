// SPDX-License-Identifier: Apache-2.0
#include "module/ways/keep_alive.hpp"

#include "module/child/kept_streams.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/mpm_facts.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"

#include <algorithm>

#include <poll.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr apr_interval_time_t kNoWait = 1; // one microsecond, because 0 means another mode of reading

apr_interval_time_t in_microseconds(std::chrono::milliseconds time) {
  return std::chrono::microseconds(time).count();
}

// Waits for the next request. False when none has come in time. When this child must end, the connection ends too.
// Nothing is read here, because mod_reqtimeout counts from the first attempt to read.
bool await_request(conn_rec* c, std::chrono::microseconds longest) {
  const Deadline deadline = Clock::now() + longest;
  pollfd socket{descriptor_of(c), POLLIN, 0};
  if (c->data_in_input_filters || socket.fd < 0) return true;
  while (::poll(&socket, 1, static_cast<int>(kLookAtOthers.count())) <= 0) {
    if (must_let_go()) c->aborted = 1;
    if (c->aborted || Clock::now() >= deadline) return false;
  }
  return true;
}

// For MPMs whose threads wait for the next request (worker, prefork). httpd has just set KeepAliveTimeout on the socket
// and is about to read.
void before_reading(request_rec*, conn_rec* c) {
  ConnectionNotes* const tunnel = find_connection_notes(c);
  apr_socket_t* const socket = tunnel && tunnel->wait > 0 ? ap_get_conn_socket(c) : nullptr;
  if (!socket) return;
  apr_interval_time_t present = 0;
  if (apr_socket_timeout_get(socket, &present) == APR_SUCCESS && present < tunnel->wait)
    apr_socket_timeout_set(socket, tunnel->wait);
  if (!await_request(c, std::chrono::microseconds(tunnel->wait))) apr_socket_timeout_set(socket, kNoWait);
  tunnel->wait = 0;
}

void raise_timeout(server_rec* server) {
  const apr_interval_time_t wanted = in_microseconds(server_config(server).effective.terms.session_timeout);
  if (!has_pass(server) || server->keep_alive_timeout >= wanted) return;
  ap_log_error(APLOG_MARK, APLOG_INFO, 0, server,
               "%s: KeepAliveTimeout of virtual host %s raised from %ldms to %ldms, "
               "which is its RTMPTSessionTimeout",
               ids::kKeepAliveTimeoutRaised, server->server_hostname,
               static_cast<long>(server->keep_alive_timeout / 1000), static_cast<long>(wanted / 1000));
  server->keep_alive_timeout = wanted;
  server->keep_alive_timeout_set = 1;
}

// For MPMs that wait for all connections at once: event sorts connections by their virtual host's KeepAliveTimeout,
// which it reads at start.
int raise_timeouts(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) return OK; // this configuration is thrown away
  if (!mpm_is_asynchronous()) return OK;
  for (server_rec* server = main_server; server; server = server->next)
    raise_timeout(server);
  return OK;
}

} // namespace

void keep_connection_for_tunnel(request_rec* r) {
  conn_rec* const c = r->connection;
  c->keepalives = 0;
  keep_while_stream_lives(r);
  connection_notes(c).wait = in_microseconds(server_config(r->server).effective.terms.session_timeout);
}

void register_keep_alive_hooks(apr_pool_t*) {
  // Before the MPM reads the timeouts of all virtual hosts.
  ap_hook_post_config(guarded<raise_timeouts, OK>, nullptr, nullptr, APR_HOOK_FIRST);
  ap_hook_pre_read_request(guarded<before_reading>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
