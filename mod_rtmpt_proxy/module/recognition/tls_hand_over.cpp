// SPDX-License-Identifier: Apache-2.0
#include "module/recognition/tls_hand_over.hpp"

#include "module/asks/tls_verdict.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"
#include "module/link/connection_release.hpp"
#include "module/recognition/connection_offer.hpp"

#include <string>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

int leave_to_httpd(conn_rec* c, const std::string& client, const std::string& why) {
  if (const auto left_out = child_of(c).kept_tls_lines.admit(Clock::now()))
    ap_log_cerror(APLOG_MARK, APLOG_WARNING, 0, c,
                  "%s: httpd makes the TLS handshake of %s itself, so a restart of httpd will end its stream: %s%s",
                  ids::kTlsClientKept, client.c_str(), why.c_str(), policy::words_for_left_out(*left_out).c_str());
  return DECLINED;
}

// The gateway has said that it takes the connection, so nobody else may read it any more.
int close_lost(conn_rec* c, const std::string& client) {
  if (const auto left_out = child_of(c).lost_rtmp_lines.admit(Clock::now()))
    ap_log_cerror(APLOG_MARK, APLOG_ERR, 0, c,
                  "%s: connection of %s, which begins with TLS, lost while it was handed over: rtmpt-gateway did not "
                  "take what had been read%s",
                  ids::kTlsClientLost, client.c_str(), policy::words_for_left_out(*left_out).c_str());
  return close_at_once(c);
}

// A client with a ticket has had a page, so it will mostly want another one, and mod_ssl can resume its session. Should
// it want a stream after all, httpd must be able to carry that.
bool is_left_to_resume(conn_rec* c, const protocol::ClientHello& hello, const ServerConfig& config, bool accepts_rtmp) {
  return hello.resumes && config.tls_ticket_keeper && (!accepts_rtmp || (child_of(c).pump && c->cs));
}

} // namespace

int hand_over_tls(conn_rec* c, const protocol::ClientHello& hello, bool accepts_rtmp) {
  const ServerConfig& config = server_config(server_of_tls_name(c, hello.server_name));
  const std::string& server_id = config.tls_server_id;
  if (server_id.empty() || is_left_to_resume(c, hello, config, accepts_rtmp)) return DECLINED;
  const auto [client, shown] = newcomer(c);
  const protocol::HandOverTls message{client, server_id, hello.server_name, shown, accepts_rtmp};
  std::string why;
  ChannelLease channel = offer_connection(c, message, descriptor_of(c), why);
  if (!channel) return leave_to_httpd(c, shown, why);
  // Behind a PROXY header httpd's filter holds what came with it.
  if (!complete_offer(c, std::move(channel), take_read_ahead(network_filter(c)))) return close_lost(c, shown);
  ap_log_cerror(APLOG_MARK, APLOG_TRACE1, 0, c, "%s: connection of %s, which begins with TLS, handed over",
                ids::kTlsClientHandedOver, shown.c_str());
  return close_at_once(c);
}

} // namespace rtmpt_proxy::apache
