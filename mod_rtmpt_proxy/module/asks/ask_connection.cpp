// SPDX-License-Identifier: Apache-2.0
#include "module/asks/ask_connection.hpp"

#include "local/patience.hpp"
#include "module/asks/relay_input.hpp"
#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/pool.hpp"
#include "module/core/server_config.hpp"
#include "module/core/socket_address.hpp"
#include "module/link/connection_release.hpp"
#include "module/link/retained_ask_door.hpp"

#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::apache {

namespace {

using protocol::AskPreamble;
using protocol::AskPreambleReader;
using protocol::AskPreambleState;

// The most that is looked at in one go: a preamble with the longest server name.
constexpr std::size_t kLookBytes = protocol::kAskPreambleFixedBytes + protocol::kMaxTlsServerNameBytes;

bool await_bytes(int socket, std::chrono::steady_clock::time_point deadline) {
  pollfd gateway{socket, POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    const int count = ::poll(&gateway, 1, static_cast<int>(left.count()));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) return false;
  }
}

// Reads from the socket itself, and no byte behind the preamble: what follows is for httpd's filters, and for mod_ssl
// among them, which are not there yet.
std::optional<AskPreamble> read_preamble(int socket) {
  const auto deadline = std::chrono::steady_clock::now() + local::patience::kAskPreamble;
  AskPreambleReader reader;
  while (await_bytes(socket, deadline)) {
    std::array<char, kLookBytes> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): recv() fills it
    const ssize_t seen = ::recv(socket, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (seen < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (seen <= 0) break;
    const std::size_t taken = reader.feed({bytes.data(), static_cast<std::size_t>(seen)});
    if (::recv(socket, bytes.data(), taken, MSG_DONTWAIT) != static_cast<ssize_t>(taken)) break;
    if (reader.state() == AskPreambleState::done) return reader.preamble();
    if (reader.state() == AskPreambleState::failed) break;
  }
  return std::nullopt;
}

// What httpd knows of the connection is from now on what the gateway says of its client's: also the virtual hosts of
// the address that the client reached.
void become_clients(conn_rec* c, const AskPreamble& ask) {
  c->client_addr = make_sockaddr(c->pool, ask.client.source);
  c->client_ip = apr_pstrdup(c->pool, protocol::to_text(ask.client.source.address).c_str());
  c->remote_host = nullptr;
  c->local_addr = make_sockaddr(c->pool, ask.client.destination);
  c->local_ip = apr_pstrdup(c->pool, protocol::to_text(ask.client.destination.address).c_str());
  c->local_host = nullptr;
  c->base_server = ap_server_conf; // stays when no virtual host has the address
  ap_update_vhost_given_ip(c);
}

int refuse(conn_rec* c, const char* why) {
  if (const auto left_out = server_config(ap_server_conf).child->stranger_lines.admit(Clock::now()))
    ap_log_cerror(APLOG_MARK, APLOG_WARNING, 0, c, "%s: a connection to httpd's private listener closed: %s%s",
                  ids::kBadAsk, why, policy::words_for_left_out(*left_out).c_str());
  return HTTP_FORBIDDEN; // which ends the connection
}

// mod_ssl would take the question for a broken handshake where the virtual host has SSLEngine On.
void switch_tls_off(conn_rec* c) {
  auto* const disable = APR_RETRIEVE_OPTIONAL_FN(ssl_engine_disable);
  if (disable) disable(c);
}

int socket_of(void* connection) {
  apr_os_sock_t socket = -1;
  return apr_os_sock_get(&socket, static_cast<apr_socket_t*>(connection)) == APR_SUCCESS ? socket : -1;
}

// A relayed connection keeps mod_ssl, which makes its handshake for the virtual hosts of the client's address.
int begin_connection(conn_rec* c, void* connection) {
  if (c->master || !leads_to_ask_door(c->local_addr)) return DECLINED;
  ConnectionNotes& notes = connection_notes(c);
  notes.came_by_ask_door = true;
  notes.front_is_read = true; // the gateway sends no PROXY header
  const int socket = socket_of(connection);
  const std::optional<RunningGateway> gateway = gateway_that_asks(socket);
  if (!gateway) return refuse(c, "it does not come from rtmpt-gateway");
  notes.asker = gateway->pid;
  const std::optional<AskPreamble> read = read_preamble(socket);
  if (!read) return refuse(c, "it does not begin with a whole preamble");
  if (protocol::loop_of_ticket(read->ticket) >= protocol::kMaxGatewayLoops) return refuse(c, "its ticket is no ticket");
  // It got no keys, so it has no client whose TLS ended there: somebody else acts as it.
  if (read->kind == protocol::AskKind::relay && !gateway->is_secluded)
    return refuse(c, "a gateway that can be debugged relays no client");
  const auto* const preamble = make_in_pool<AskPreamble>(c->pool, *read);
  become_clients(c, *preamble);
  if (preamble->kind == protocol::AskKind::relay) {
    notes.relay = preamble;
    count_relayed_bytes(c);
  } else {
    notes.ask = preamble;
    switch_tls_off(c);
  }
  return OK;
}

int begin_ask(conn_rec* c) {
  if (!find_ask(c)) return DECLINED;
  if (std::exchange(connection_notes(c).ask_has_begun, true)) return close_at_once(c); // one request each
  return DECLINED;                                                                     // httpd goes on with the request
}

} // namespace

void register_ask_connection_hooks(apr_pool_t* pool) {
  register_relay_input(pool);
  // Before mod_ssl prepares its handshake. Behind mod_remoteip, which would await a PROXY header from the gateway where
  // the address of the client has one.
  static const char* const remoteip[] = {"mod_remoteip.c", nullptr};
  static const char* const tls[] = {"mod_ssl.c", nullptr};
  ap_hook_pre_connection(guarded<begin_connection, HTTP_INTERNAL_SERVER_ERROR>, remoteip, tls, APR_HOOK_FIRST);
  // Before everybody else. On an exception the connection ends.
  ap_hook_process_connection(guarded<begin_ask, DONE>, nullptr, nullptr, APR_HOOK_REALLY_FIRST - 1);
}

} // namespace rtmpt_proxy::apache
