// SPDX-License-Identifier: Apache-2.0
// nginx and HAProxy in front of httpd as TCP proxies that announce their clients, with the very lines of
// docs/client-address.md: each connection is its client's, streams are handed over, and health checks disturb nobody.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/witness.hpp"
#include "support/peers/front_proxy.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kClient = "127.0.0.3";

HttpdOptions behind_tcp_proxy(const std::string& mpm = "event") {
  HttpdOptions options;
  options.mpm = mpm;
  options.global = "LogLevel rtmpt_proxy:trace1\n"
                   "RPAFenable On\nRPAFproxy_ips " +
                   std::string(kTcpProxyAddress) +
                   "\nRPAFproxyProtocol On\n"
                   "Header always set X-Facts \"expr=%{REMOTE_ADDR} %{CONN_REMOTE_ADDR}\"\n";
  return options;
}

Endpoint client_of(const FrontProxy& proxy) {
  auto endpoint = proxy.endpoint();
  endpoint.from_address = kClient;
  return endpoint;
}

FrontProxyKind any_kind() {
  return GENERATE(FrontProxyKind::nginx_stream, FrontProxyKind::haproxy_v1, FrontProxyKind::haproxy_v2);
}

} // namespace

TEST_CASE("Pages behind a TCP proxy are sent to its client, whatever that claims") {
  const auto kind = any_kind();
  CAPTURE(kind);
  HttpdFixture httpd(behind_tcp_proxy());
  httpd.start(false);
  FrontProxy proxy(kind, httpd.plain().port);
  HttpConnection connection(client_of(proxy));
  for (const std::string claims : {"", "X-Forwarded-For: 203.0.113.9\r\nForwarded: for=203.0.113.9\r\n"}) {
    const auto answer = connection.exchange(get("/", claims));
    CHECK(answer.body == kPageText);
    CHECK(answer.header("X-Facts") == kClient + std::string(" ") + kTcpProxyAddress);
  }
}

TEST_CASE("HAProxy's health checks are served in silence, and find httpd alive") {
  const auto kind = GENERATE(FrontProxyKind::haproxy_v1, FrontProxyKind::haproxy_v2);
  CAPTURE(kind);
  HttpdFixture httpd(behind_tcp_proxy());
  httpd.start(false);
  FrontProxy proxy(kind, httpd.plain().port);
  httpd.error_log().wait_for("RTMPT11[234]: ", 5); // without a warning, which the fixture would complain of
  CHECK(fetch(client_of(proxy), "/").body == kPageText);
}

TEST_CASE("A stream through a TCP proxy is its client's, handed over, and whole") {
  const auto kind = any_kind();
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(kind, mpm);
  TunnelSite site(behind_tcp_proxy(mpm));
  auto& httpd = site.httpd();
  FrontProxy proxy(kind, httpd.plain().port);
  TunnelSession session{TunnelClient(client_of(proxy)), nullptr};
  session.client.open();
  session.media = site.backend().accept();
  CHECK_NOTHROW(carry_both_ways(session, 300'000, 11));
  CHECK(httpd.access_count("POST /(send|idle)/") == 0);
  CHECK(session.client.close().status == 200);
  CHECK_NOTHROW(session.media->wait_for_end());
  CHECK(httpd.error_log().count("session of 127\\.0\\.0\\.3 at ", 1) > 0);
  CHECK(httpd.error_log().matching("session of 127\\.0\\.0\\.2 at ").empty());
}

TEST_CASE("ffmpeg and librtmp publish and play through a TCP proxy, plain and over TLS, and every frame arrives") {
  const auto kind = any_kind();
  const bool tls = GENERATE(false, true);
  CAPTURE(kind, tls);
  constexpr std::chrono::seconds kPublished{60}; // at most
  constexpr std::chrono::seconds kPlayed{4};
  NginxRtmp media;
  auto options = behind_tcp_proxy();
  options.site = "RTMPTProxyPass " + media.url() + "\n";
  HttpdFixture httpd(options);
  httpd.start();
  FrontProxy proxy(kind, tls ? httpd.tls().port : httpd.plain().port);
  const auto url =
      (tls ? "rtmpts://localhost:" : "rtmpt://localhost:") + std::to_string(proxy.endpoint().port) + "/live/front";
  LibrtmpPlayer witness(media.stream_url("front"), kPublished + 60s);
  eventually("the witness plays", [&] { return media.stream("front").has_value(); });
  FfmpegPublisher publisher(url, kPublished);
  media.wait_for_stream("front");
  FfmpegPlayer ffmpeg(url, kPlayed);
  constexpr int kLeast = least_pictures(kPlayed);
  if (!tls) { // librtmp's own TLS is another matter
    LibrtmpPlayer player(url, kPlayed);
    CHECK(player.join().complete);
    CHECK(player.progress().pictures >= kLeast);
  }
  CHECK(ffmpeg.wait(Deadline(kPublished)) >= kLeast);
  check_all_came(witness, publisher.finish(), kUnpostedByFfmpeg);
  CHECK(httpd.access_count("POST /(send|idle)/") == 0);
  CHECK(httpd.error_log().count("session of 127\\.0\\.0\\.1 at ", 1) > 0);
}
