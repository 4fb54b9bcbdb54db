// SPDX-License-Identifier: Apache-2.0
#include "module/restore/rpaf_proxy_protocol.hpp"

#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/link/connection_release.hpp"
#include "module/restore/connection_bytes.hpp"
#include "module/restore/restored_request.hpp"

#include <rtmpt_proxy/policy/restore/connection_front.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

using policy::ConnectionFront;
using policy::FrontVerdict;
using std::chrono::steady_clock;

// A proxy sends the header at once. This time is for segments that are lost and sent again.
constexpr std::chrono::milliseconds kHeaderWithin{10000};

struct Front {
  FrontVerdict verdict = FrontVerdict::need_more;
  bool in_time = true;
};

// kHeaderWithin, or Timeout if that is shorter.
std::chrono::milliseconds time_for_header(const conn_rec* c) {
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds(c->base_server->timeout));
  return timeout.count() > 0 ? std::min(timeout, kHeaderWithin) : kHeaderWithin;
}

// Reads the beginning of the connection. Bytes that do not belong to the header stay for httpd.
Front read_front(conn_rec* c, ConnectionFront& front) {
  const steady_clock::time_point deadline = steady_clock::now() + time_for_header(c);
  ConnectionBytes bytes(c);
  for (;;) {
    const bool open = bytes.look();
    const ConnectionFront::Step step = front.look(bytes.waiting());
    if (!bytes.consume(step.consumed_bytes)) return {front.give_up(), true};
    if (step.verdict != FrontVerdict::need_more) return {step.verdict, true};
    if (!open) return {front.give_up(), true};
    if (!bytes.await_more(deadline)) return {front.give_up(), false};
  }
}

void log_refused(conn_rec* c, const ConnectionFront& front, bool trusted, bool in_time) {
  const std::string reason(front.reason());
  ChildState& child = *server_config(c->base_server).child;
  if (!trusted) {
    if (const auto left_out = child.stranger_lines.admit(Clock::now()))
      ap_log_cerror(APLOG_MARK, APLOG_WARNING, 0, c,
                    "%s: connection of %s closed: it begins with a PROXY header, and %s%s", ids::kProxyHeaderOfStranger,
                    c->client_ip, reason.c_str(), policy::words_for_left_out(*left_out).c_str());
  } else if (!front.began() && in_time) {
    ap_log_cerror(APLOG_MARK, APLOG_DEBUG, 0, c, "%s: the proxy %s ended a connection without a PROXY header",
                  ids::kSilentProxy, c->client_ip); // simple health checks do this too
  } else if (const auto left_out = child.proxy_header_lines.admit(Clock::now())) {
    ap_log_cerror(APLOG_MARK, APLOG_WARNING, 0, c,
                  "%s: connection of the proxy %s closed: expected a PROXY header%s: %s%s", ids::kBadProxyHeader,
                  c->client_ip, in_time ? "" : " in time", reason.c_str(),
                  policy::words_for_left_out(*left_out).c_str());
  }
}

void remember(conn_rec* c, ConnectionNotes& connection, const protocol::ProxyHeader& header) {
  if (!header.connection) {
    ap_log_cerror(APLOG_MARK, APLOG_TRACE1, 0, c, "%s: the proxy %s speaks for itself", ids::kProxyForItself,
                  c->client_ip);
    return;
  }
  connection.announced =
      new (apr_palloc(c->pool, sizeof(protocol::ProxiedConnection))) protocol::ProxiedConnection(*header.connection);
  ap_log_cerror(APLOG_MARK, APLOG_TRACE1, 0, c, "%s: the connection of the proxy %s is that of %s, port %u",
                ids::kAnnounced, c->client_ip,
                shown_address(c->base_server, protocol::to_text(header.connection->source.address).c_str()).c_str(),
                unsigned{header.connection->source.port});
}

int begin_connection(conn_rec* c) {
  if (c->master) return DECLINED;
  const policy::RestoreRules& rules = server_config(c->base_server).restore;
  if (!rules.proxy_protocol) return DECLINED;
  ConnectionNotes& connection = connection_notes(c);
  if (std::exchange(connection.front_is_read, true)) return DECLINED; // MPM event calls again for a later request
  const std::optional<protocol::IpAddress> peer = peer_address(c);
  const bool trusted = peer && rules.trusts(*peer);
  ConnectionFront front(trusted);
  const Front read = read_front(c, front);
  if (read.verdict == FrontVerdict::refused) {
    log_refused(c, front, trusted, read.in_time);
    return close_at_once(c); // nobody knows in which protocol an answer would be
  }
  if (trusted && front.header()) remember(c, connection, *front.header());
  return DECLINED;
}

} // namespace

const protocol::ProxiedConnection* announced_connection(const conn_rec* c) {
  const ConnectionNotes* const connection = find_connection_notes(c->master ? c->master : c);
  return connection ? connection->announced : nullptr;
}

void register_proxy_protocol_hooks(apr_pool_t*) {
  // Before mod_ssl, mod_http2 and httpd itself read the first bytes. Connections that httpd makes itself do not come
  // here. On an exception the result is DONE, which ends the connection: without its header it would have the proxy's
  // own rights.
  ap_hook_process_connection(guarded<begin_connection, DONE>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
