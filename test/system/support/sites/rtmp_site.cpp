// SPDX-License-Identifier: Apache-2.0
#include "support/sites/rtmp_site.hpp"

#include "support/clients/http_connection.hpp"
#include "support/os/random_bytes.hpp"
#include "test/support/deadline.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace rtmpt_proxy::test {

namespace {

HttpdOptions with_rtmp(HttpdOptions options, const ScriptedBackend& backend) {
  options.site = "RTMPTProxyPass " + backend.url() + "\nRTMPTAcceptRTMP On\n" + options.site;
  return options;
}

void require_alike(const std::string& what, std::string_view got, std::string_view wanted) {
  const std::string found = difference(got, wanted);
  if (!found.empty()) throw std::runtime_error(what + ": " + found);
}

} // namespace

std::size_t greet_gateway(BackendConnection& media, const std::string& connect) {
  const std::string hello = media.wait_for_bytes(1 + kHandshakePart);
  if (hello.front() != '\3') throw std::runtime_error("the media server got no C0");
  const std::string s1(kHandshakePart, 's');
  media.send("\3" + s1 + hello.substr(1, kHandshakePart));
  const std::size_t end = kHandshakeAnswer + connect.size();
  const std::string all = media.wait_for_bytes(end);
  require_alike("C2", all.substr(1 + kHandshakePart, kHandshakePart), s1);
  require_alike("connect", all.substr(kHandshakeAnswer, connect.size()), connect);
  return end;
}

RtmpSession begin_session(ScriptedBackend& backend, const Endpoint& endpoint, const std::string& app,
                          const std::string& tc_url) {
  RtmpSession session{RtmpClient(endpoint), nullptr};
  session.client.connect(app, tc_url);
  session.media = backend.accept();
  session.media_begin = greet_gateway(*session.media, connect_command(app, tc_url));
  return session;
}

RtmpSite::RtmpSite(HttpdOptions options) : httpd_(with_rtmp(std::move(options), backend_)) {
  httpd_.start();
}

RtmpSession RtmpSite::session(const std::string& app, const std::string& tc_url) {
  return begin_session(backend_, httpd_.plain(), app, tc_url);
}

std::string refusal(protocol::RefusalWords words) {
  return protocol::connect_refusal(1, words);
}

Endpoint nth_address(Endpoint endpoint, std::size_t number) {
  endpoint.from_address = "127.0.1." + std::to_string(number + 1);
  return endpoint;
}

std::string answer_to(const Endpoint& endpoint, const std::string& app, const std::string& tc_url) {
  RtmpClient client(endpoint);
  client.connect(app, tc_url);
  return client.receive_all();
}

void check_page(HttpdFixture& httpd) {
  const auto begin = std::chrono::steady_clock::now();
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  CHECK(since(begin) < std::chrono::seconds(8));
}

void carry_both_ways(RtmpSession& session, std::size_t bytes, std::uint32_t seed) {
  const std::size_t begin = session.media->received_bytes();
  const std::string up = picture_messages(bytes, seed);
  const std::string down = random_bytes(bytes, seed + 1);
  const auto down_pieces = random_pieces(down, 12'000, seed + 2);
  std::size_t next = 0;
  std::string came;
  for (const std::string& piece : random_pieces(up, 9'000, seed + 3)) {
    if (next < down_pieces.size()) session.media->send(down_pieces[next++]);
    session.client.send(piece);
    came += session.client.receive_what_is_there();
  }
  while (next < down_pieces.size()) {
    session.media->send(down_pieces[next++]);
    came += session.client.receive_what_is_there();
  }
  if (came.size() < down.size()) came += session.client.receive(down.size() - came.size());
  require_alike("from the media server to the client", came, down);
  require_alike("from the client to the media server", session.media->wait_for_bytes(begin + up.size()).substr(begin),
                up);
}

} // namespace rtmpt_proxy::test
