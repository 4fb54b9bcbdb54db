// SPDX-License-Identifier: Apache-2.0
#include "support/sites/rtmpt_site.hpp"

#include "support/os/random_bytes.hpp"

namespace rtmpt_proxy::test {

namespace {

HttpdOptions with_pass(HttpdOptions options, const ScriptedRtmptServer& server, const std::string& keys) {
  options.site = "RTMPTProxyPass " + server.url() + " " + keys + "\n" + options.site;
  return options;
}

void require_equal(const std::string& what, std::string_view got, std::string_view wanted) {
  const auto found = difference(got, wanted);
  if (!found.empty()) throw std::runtime_error(what + ": " + found);
}

} // namespace

RtmptSite::RtmptSite(HttpdOptions options, RtmptServerOptions server, const std::string& keys)
    : server_(server), httpd_(with_pass(std::move(options), server_, keys)) {
  httpd_.start();
}

TunnelClient RtmptSite::client(const Carriage& carriage) const {
  return TunnelClient(carriage.tls ? httpd_.tls() : httpd_.plain(), carriage.headers);
}

RtmptSession RtmptSite::session(const Carriage& carriage) {
  RtmptSession session{client(carriage), server_.session_count()};
  session.client.open();
  return session;
}

void carry_both_ways(RtmptSite& site, RtmptSession& session, std::size_t bytes, std::uint32_t seed) {
  auto& server = site.server();
  const auto had_up = server.received(session.at_server);
  const auto had_down = session.client.received();
  const auto up = random_bytes(bytes, seed);
  const auto down = random_bytes(bytes, seed + 1);
  const auto down_pieces = random_pieces(down, 12'000, seed + 2);
  std::size_t next = 0;
  for (const auto& piece : random_pieces(up, 9'000, seed + 3)) {
    if (next < down_pieces.size()) server.send(session.at_server, down_pieces[next++]);
    const auto reply = session.client.send(piece);
    if (reply.status != 200) throw std::runtime_error("a send was answered: " + reply.head);
  }
  while (next < down_pieces.size())
    server.send(session.at_server, down_pieces[next++]);
  require_equal("from server to client", session.client.poll_for(had_down.size() + down.size()), had_down + down);
  require_equal("from client to server", server.wait_for_bytes(session.at_server, had_up.size() + up.size()),
                had_up + up);
}

} // namespace rtmpt_proxy::test
