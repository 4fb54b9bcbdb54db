// SPDX-License-Identifier: Apache-2.0
// RTMPT behind the PROXY protocol: a connection is one client's then, so it may be handed over or pumped.
#include "restore/rpaf/announced_site.hpp"
#include "support/clients/farm_sessions.hpp"
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/os/random_bytes.hpp"
#include "support/peers/front_proxy.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/sites/tunnel_site.hpp"
#include "test/unit/protocol/proxy/proxy_header_samples.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr const char* kSessionOf = "session of 203\\.0\\.113\\.9 at ";
const std::string kV1 = v1_header("203.0.113.9");
constexpr std::string_view kPollBody{"\0", 1};

// Version 2 with a TLV.
std::string v2_header() {
  return proxy_v2(0x21, 0x11, client_block() + "\x04\0\x03xyz"s);
}

HttpdOptions stream_options(const std::string& mpm = "event", const std::string& more = {}) {
  auto options = announced_options("LogLevel rtmpt_proxy:trace1\n" + more);
  options.mpm = mpm;
  return options;
}

TunnelSession open_session(TunnelSite& site, const Endpoint& endpoint, const std::string& headers = {}) {
  TunnelSession session{TunnelClient(endpoint, headers), nullptr};
  session.client.open();
  session.media = site.backend().accept();
  return session;
}

std::size_t seen_by_httpd(TunnelSite& site) {
  return site.httpd().access_count("POST /(send|idle|close)/");
}

std::size_t sessions_logged(TunnelSite& site) {
  return site.httpd().error_log().matching(kSessionOf).size();
}

} // namespace

TEST_CASE("A session behind the PROXY protocol is handed over, and is its announced client's") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  const auto header = GENERATE(values<std::string>({kV1, v2_header()}));
  CAPTURE(mpm, header);
  TunnelSite site(stream_options(mpm));
  auto session = open_session(site, from(kAnnouncer, site.httpd().plain(), header));
  for (std::uint32_t round = 0; round < 3; ++round)
    CHECK_NOTHROW(carry_both_ways(session, 100'000, round));
  CHECK(seen_by_httpd(site) == 0);
  // A new connection has a header of its own.
  session.client.reconnect();
  CHECK_NOTHROW(carry_both_ways(session, 100'000, 9));
  CHECK(happens([&] { return seen_by_httpd(site) == 1; }));
  CHECK(session.client.close().status == 200);
  CHECK_NOTHROW(session.media->wait_for_end());
  CHECK(sessions_logged(site) > 0);
  CHECK(site.httpd().error_log().count("RTMPT061: connection handed over", 2) == 2);
}

TEST_CASE("Header and pipelined requests in one segment: every byte of the requests arrives, none of the header") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  TunnelSite site(stream_options(mpm));
  const auto plain = from(kAnnouncer, site.httpd().plain());
  for (const auto& header : {kV1, v2_header(), proxy_v2(0x21, 0x11, client_block() + std::string(20'000, 't'))}) {
    CAPTURE(header.size());
    TunnelClient client(from(kAnnouncer, site.httpd().plain(), header));
    client.open();
    const auto media = site.backend().accept();
    // The whole stream, header in front, cut at random: what a piece has is read ahead or not.
    std::string stream = header;
    std::string sent;
    constexpr int kSends = 12;
    for (int i = 0; i < kSends; ++i) {
      const auto body = random_bytes(1 + static_cast<std::size_t>(i) * 700, static_cast<std::uint32_t>(i + 1));
      stream += client.request("send", client.take_number(), body);
      sent += body;
    }
    HttpConnection connection(plain);
    for (const auto& piece : random_pieces(stream, 5'000, static_cast<std::uint32_t>(header.size())))
      connection.send(piece);
    for (int i = 0; i < kSends; ++i)
      CHECK(connection.receive().status == 200);
    CHECK(media->wait_for_bytes(sent.size()) == sent);
    // And all of a few in one write.
    std::string whole = header;
    for (int i = 0; i < 3; ++i)
      whole += client.request("send", client.take_number(), "abc" + std::to_string(i));
    HttpConnection another(plain);
    another.send(whole);
    for (int i = 0; i < 3; ++i)
      CHECK(another.receive().status == 200);
    CHECK(media->wait_for_bytes(sent.size() + 12) == sent + "abc0abc1abc2");
    CHECK(another.exchange(client.request("close", client.take_number(), kPollBody)).status == 200);
    CHECK_NOTHROW(media->wait_for_end());
  }
}

TEST_CASE("A header cut anywhere in front of a request that is handed over") {
  TunnelSite site(stream_options());
  auto session = open_session(site, from(kAnnouncer, site.httpd().plain(), kV1));
  const auto plain = from(kAnnouncer, site.httpd().plain());
  std::string sent;
  for (const auto& header : {kV1, v2_header()})
    for (std::size_t at = 1; at < header.size() + 2; ++at) {
      CAPTURE(at);
      const auto body = "<" + std::to_string(at) + ">";
      const auto bytes = header + session.client.request("send", session.client.take_number(), body);
      const auto stream = connect_to(plain);
      stream->write_all(bytes.substr(0, at));
      eventually("httpd has read the first piece", [&] { return has_been_read(*stream); });
      stream->write_all(bytes.substr(at));
      CHECK(stream->read_some(Deadline{}).starts_with("HTTP/1.1 200 "));
      sent += body;
      CHECK(session.media->wait_for_bytes(sent.size()) == sent);
    }
}

TEST_CASE("Over TLS a session behind the PROXY protocol is pumped on event, and whole on every MPM") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  TunnelSite site(stream_options(mpm));
  auto session = open_session(site, from(kAnnouncer, site.httpd().tls(), kV1));
  for (std::uint32_t round = 0; round < 3; ++round)
    CHECK_NOTHROW(carry_both_ways(session, 100'000, round));
  const bool pumped = mpm == "event";
  CHECK((seen_by_httpd(site) == 0) == pumped);
  CHECK(site.httpd().error_log().count("RTMPT066: connection of 203\\.0\\.113\\.9 is pumped", (pumped ? 1 : 0)) ==
        (pumped ? 1 : 0));
  CHECK(session.client.close().status == 200);
  CHECK_NOTHROW(session.media->wait_for_end());
  CHECK(sessions_logged(site) > 0);
}

TEST_CASE("A connection that may be many people's stays with httpd, announced or not") {
  struct Row {
    std::string header;
    std::string headers;
    std::string reason;
  };
  const Row rows[] = {
      {kV1, "Via: 1.1 test\r\n", "an intermediary in front of the proxy"},
      {kV1, "X-Forwarded-For: 198.51.100.7\r\n", "which need not be trusted"},
      {kV1, "Forwarded: for=198.51.100.7\r\n", "and may write RFC 7239"},
      {v1_header("10.0.0.2"), "X-Forwarded-For: 203.0.113.9\r\n", "a proxy is announced, and its client said"},
      {v1_header("10.0.0.2"), "", "a proxy is announced"},
      {proxy_v2(0x20, 0x00, ""), "", "LOCAL"},
      {"PROXY UNKNOWN\r\n", "", "UNKNOWN"},
  };
  const bool tls = GENERATE(false, true);
  const std::string more = GENERATE(as<std::string>{}, "", "RPAF_CleanHeaders On\n");
  CAPTURE(tls, more);
  TunnelSite site(stream_options("event", more));
  const auto endpoint = tls ? site.httpd().tls() : site.httpd().plain();
  for (const auto& row : rows) {
    CAPTURE(row.reason);
    const auto had = seen_by_httpd(site);
    auto session = open_session(site, from(kAnnouncer, endpoint, row.header), row.headers);
    for (int i = 0; i < 3; ++i)
      CHECK(session.client.idle().status == 200);
    CHECK_NOTHROW(carry_both_ways(session, 20'000, 3));
    CHECK(happens([&] { return seen_by_httpd(site) >= had + 4; }));
    // The same connection still serves other people's pages.
    CHECK(session.client.connection().exchange(get("/")).body == kPageText);
    CHECK(session.client.close().status == 200);
  }
  CHECK(site.httpd().error_log().matching("RTMPT06[16]:").empty());
}

TEST_CASE("A handed-over connection ends with what is no request of its streams, as without the PROXY protocol") {
  TunnelSite site(stream_options());
  auto session = open_session(site, from(kAnnouncer, site.httpd().plain(), kV1));
  CHECK(session.client.idle().status == 200);
  CHECK(session.client.connection().exchange(get("/")).status == 421);
  // A second header is none any more.
  HttpConnection twice(from(kAnnouncer, site.httpd().plain(), kV1 + v2_header()));
  CHECK(twice.exchange(session.client.request("idle", session.client.take_number(), kPollBody)).status == 400);
}

TEST_CASE("RTMPTMaxSessionsPerClient and Require go by the announced client") {
  FarmMember member('a');
  auto options = stream_options("event", "<Location \"/open\">\nRequire ip 203.0.113.0/24\n</Location>\n");
  options.site = "RTMPTProxyPass " + member.url() + "\nRTMPTMaxSessionsPerClient 1\n";
  HttpdFixture httpd(options);
  httpd.error_log().expect("AH01630: client denied");
  httpd.start();
  std::vector<FarmSession> sessions;
  for (const std::string client : {"203.0.113.9", "203.0.113.10"}) {
    CAPTURE(client);
    const auto endpoint = from(kAnnouncer, httpd.plain(), v1_header(client));
    sessions.push_back(begin_session(endpoint));
    for (const std::string claim : {"", "X-Forwarded-For: 203.0.113.11\r\n"}) {
      TunnelClient second(endpoint, claim);
      CHECK(second.try_open().status == 503);
    }
    CHECK(httpd.error_log().count("RTMPT054: no session for client " + client, 2) == 2);
  }
  TunnelClient denied(from(kAnnouncer, httpd.plain(), v1_header("198.51.100.7")), "X-Forwarded-For: 203.0.113.12\r\n");
  CHECK(denied.try_open().status == 403);
  CHECK(member.live() == 2);
  for (auto& session : sessions)
    CHECK_NOTHROW(carry_and_return(session, 20'000, 1));
}
