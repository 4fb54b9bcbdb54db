// SPDX-License-Identifier: Apache-2.0
// HAProxy and nginx in front of two httpds, with the very lines of docs/behind-a-balancer.md: all requests of a session
// reach the httpd that opened it, also those of a client that opens a connection for each.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/peers/front_balancer.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

enum class Connections { one, each_request };

FrontBalancerKind any_kind() {
  return GENERATE(FrontBalancerKind::haproxy_tcp, FrontBalancerKind::haproxy_http, FrontBalancerKind::nginx_http,
                  FrontBalancerKind::nginx_stream);
}

HttpdOptions behind(FrontBalancerKind kind) {
  HttpdOptions options;
  options.global = lines_for_httpd(kind) + "CustomLog @ROOT@/logs/clients.log \"%a %r\"\n";
  return options;
}

// Two httpds with a media server each, so that a session says where it was opened.
struct TwoSites {
  explicit TwoSites(FrontBalancerKind kind, Sticking sticking = Sticking::documented)
      : one(behind(kind)),
        two(behind(kind)),
        balancer(kind, {one.httpd().plain().port, two.httpd().plain().port}, sticking) {}

  TunnelSite one;
  TunnelSite two;
  FrontBalancer balancer;
};

// The client of an address of its own.
Endpoint client_at(const FrontBalancer& balancer, int number) {
  auto endpoint = balancer.endpoint();
  endpoint.from_address = "127.0.1." + std::to_string(number);
  return endpoint;
}

// Opens a session and says at which of the two sites it is.
std::pair<TunnelSession, TunnelSite*> open_session(TwoSites& sites, int number) {
  TunnelSession session{TunnelClient(client_at(sites.balancer, number)), nullptr};
  session.client.open();
  TunnelSite& home = sites.one.backend().has_connection(Deadline(0ms)) ? sites.one : sites.two;
  session.media = home.backend().accept();
  return {std::move(session), &home};
}

// How many of eight sends are answered well and reach the media server.
int delivered(TunnelSession& session, Connections connections) {
  constexpr int kSends = 8;
  for (int i = 0; i < kSends; ++i) {
    if (connections == Connections::each_request) session.client.reconnect();
    const std::string piece = "piece " + std::to_string(i);
    const std::size_t had = session.media->received_bytes();
    if (session.client.send(piece).status != 200) return i;
    if (!session.media->wait_for_bytes(had + piece.size()).ends_with(piece)) return i;
  }
  return kSends;
}

} // namespace

TEST_CASE("Behind each documented balancer a session stays with its httpd, however its client connects") {
  const auto kind = any_kind();
  CAPTURE(kind);
  TwoSites sites(kind);
  std::set<TunnelSite*> used;
  for (int number = 1; number <= 16; ++number) {
    CAPTURE(number);
    auto [session, home] = open_session(sites, number);
    used.insert(home);
    CHECK(delivered(session, number % 2 == 0 ? Connections::one : Connections::each_request) == 8);
    const std::string client = "127\\.0\\.1\\." + std::to_string(number);
    if (number % 2 != 0) session.client.reconnect();
    CHECK(session.client.close().status == 200);
    CHECK_NOTHROW(session.media->wait_for_end());
    home->httpd().error_log().wait_for("RTMPT303: session of " + client + " at ");
  }
  CHECK(used.size() == 2);
}

TEST_CASE("Without its rule a balancer breaks the sessions that the document says") {
  const auto kind = any_kind();
  const auto connections = GENERATE(Connections::one, Connections::each_request);
  CAPTURE(kind, connections == Connections::one);
  TwoSites sites(kind, Sticking::none);
  const bool passes_on_tcp = kind == FrontBalancerKind::haproxy_tcp || kind == FrontBalancerKind::nginx_stream;
  auto [session, home] = open_session(sites, 1);
  const bool whole = delivered(session, connections) == 8;
  CHECK(whole == (passes_on_tcp && connections == Connections::one));
}

TEST_CASE("Pages go to both httpds behind a balancer that knows requests, and to their clients' addresses") {
  const auto kind = GENERATE(FrontBalancerKind::haproxy_http, FrontBalancerKind::nginx_http);
  CAPTURE(kind);
  TwoSites sites(kind);
  const auto pages_of = [](TunnelSite& site) {
    return ErrorLog(site.httpd().root() / "logs/clients.log").matching("^127\\.0\\.1\\.1 GET / ").size();
  };
  for (int i = 0; i < 24; ++i)
    CHECK(fetch(client_at(sites.balancer, 1), "/").body == kPageText);
  happens([&] { return pages_of(sites.one) + pages_of(sites.two) == 24; });
  CHECK(pages_of(sites.one) + pages_of(sites.two) == 24);
  CHECK(pages_of(sites.one) > 0);
  CHECK(pages_of(sites.two) > 0);
}

TEST_CASE("librtmp plays what ffmpeg publishes, both through a documented balancer") {
  const auto kind = any_kind();
  CAPTURE(kind);
  constexpr std::chrono::seconds kPublished{60}; // at most
  constexpr std::chrono::seconds kPlayed{3};
  NginxRtmp media;
  auto options = behind(kind);
  options.site += "RTMPTProxyPass " + media.url() + "\n";
  HttpdFixture one(options);
  HttpdFixture two(options);
  one.start();
  two.start();
  FrontBalancer balancer(kind, {one.plain().port, two.plain().port});
  const auto url = "rtmpt://localhost:" + std::to_string(balancer.endpoint().port) + "/live/front";
  FfmpegPublisher publisher(url, kPublished);
  media.wait_for_stream("front");
  LibrtmpPlayer player(url, kPlayed);
  const auto& played = player.join();
  CHECK(played.complete);
  CHECK(played.pictures >= (static_cast<int>(kPlayed.count()) - 1) * kPictureRate);
  CHECK(publisher.finish() > played.pictures);
  if (kind != FrontBalancerKind::nginx_http) // the PROXY header says whose connection it is, so it is handed over
    CHECK(one.access_count("POST /(send|idle)/") + two.access_count("POST /(send|idle)/") == 0);
}
