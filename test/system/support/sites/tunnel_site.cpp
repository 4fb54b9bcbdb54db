// SPDX-License-Identifier: Apache-2.0
#include "support/sites/tunnel_site.hpp"

#include "support/os/random_bytes.hpp"

namespace rtmpt_proxy::test {

namespace {

HttpdOptions with_pass(HttpdOptions options, const ScriptedBackend& backend) {
  options.site = "RTMPTProxyPass " + backend.url() + "\n" + options.site;
  return options;
}

void require_equal(const std::string& what, std::string_view got, std::string_view wanted) {
  const auto found = difference(got, wanted);
  if (!found.empty()) throw std::runtime_error(what + ": " + found);
}

} // namespace

std::ostream& operator<<(std::ostream& out, const Carriage& carriage) {
  return out << carriage.name;
}

Carriage handed_over() {
  return {"handed over", false, "", true};
}

Carriage forwarded() {
  return {"forwarded for Via", false, "Via: 1.1 a-test\r\n", false};
}

std::vector<Carriage> carriages() {
  return {handed_over(), forwarded(), {"over TLS", true, "", false}};
}

HttpResponse ask_anew(const TunnelSession& session, const std::string& request) {
  HttpConnection connection(session.client.endpoint());
  return connection.exchange(request);
}

HttpdOptions site_with(const std::string& lines) {
  HttpdOptions options;
  options.site = lines;
  return options;
}

TunnelSite::TunnelSite(HttpdOptions options, int backend_receive_buffer_bytes)
    : backend_(backend_receive_buffer_bytes), httpd_(with_pass(std::move(options), backend_)) {
  httpd_.start();
}

TunnelClient TunnelSite::client(const Carriage& carriage, std::uint32_t first_number) const {
  return TunnelClient(carriage.tls ? httpd_.tls() : httpd_.plain(), carriage.headers, first_number);
}

TunnelSession TunnelSite::session(const Carriage& carriage, std::uint32_t first_number) {
  TunnelSession session{client(carriage, first_number), nullptr};
  session.client.open();
  session.media = backend_.accept();
  return session;
}

void carry_both_ways(TunnelSession& session, std::size_t bytes, std::uint32_t seed) {
  const auto had_up = session.media->received();
  const auto had_down = session.client.received();
  const auto up = random_bytes(bytes, seed);
  const auto down = random_bytes(bytes, seed + 1);
  auto down_pieces = random_pieces(down, 12'000, seed + 2);
  std::size_t next = 0;
  for (const auto& piece : random_pieces(up, 9'000, seed + 3)) {
    if (next < down_pieces.size()) session.media->send(down_pieces[next++]);
    const auto reply = session.client.send(piece);
    if (reply.status != 200) throw std::runtime_error("a send was answered: " + reply.head);
  }
  while (next < down_pieces.size())
    session.media->send(down_pieces[next++]);
  require_equal("from backend to client", session.client.poll_for(had_down.size() + down.size()), had_down + down);
  require_equal("from client to backend", session.media->wait_for_bytes(had_up.size() + up.size()), had_up + up);
}

} // namespace rtmpt_proxy::test
