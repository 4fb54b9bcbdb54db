// SPDX-License-Identifier: Apache-2.0
// nginx and HAProxy in front of httpd, configured with the very lines of docs/client-address.md: what a client claims
// about itself does not reach httpd, and streams pass.
#include "support/clients/farm_sessions.hpp"
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/front_proxy.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kClient = "127.0.0.3"; // no proxy's address

// Everything that could make httpd believe in another client, virtual host, scheme or port.
constexpr const char* kClaims = "X-Forwarded-For: 203.0.113.9\r\n"
                                "Forwarded: for=203.0.113.9;host=office;proto=https\r\n"
                                "X-Real-IP: 203.0.113.9\r\n"
                                "X-Forwarded-Host: office\r\n"
                                "X-Host: office\r\n"
                                "X-Forwarded-HTTPS: on\r\n"
                                "X-HTTPS: on\r\n"
                                "X-Forwarded-Proto: https\r\n"
                                "X-Forwarded-Port: 4443\r\n"
                                "X-Port: 4443\r\n";

HttpdOptions behind_proxy() {
  HttpdOptions options;
  options.global = "RPAFenable On\nRPAFproxy_ips 127.0.0.1 ::1\n"
                   "RPAFsethostname On\nRPAF_SetHTTPS On\nRPAF_SetPort On\n"
                   "Header always set X-Facts \"expr=%{REMOTE_ADDR} %{HTTPS} %{REQUEST_SCHEME} %{SERVER_PORT}\"\n";
  options.site = "Header always set X-Site localhost\n";
  options.more_hosts = "<VirtualHost *:@PORT@>\nServerName office\nHeader always set X-Site office\n</VirtualHost>\n";
  return options;
}

Endpoint client_of(const FrontProxy& proxy) {
  auto endpoint = proxy.endpoint();
  endpoint.from_address = kClient;
  return endpoint;
}

std::string host_line(const std::string& name, const FrontProxy& proxy) {
  return "Host: " + name + ":" + std::to_string(proxy.endpoint().port) + "\r\n";
}

} // namespace

TEST_CASE("Nothing that a client claims about itself passes the documented lines of a front proxy") {
  const auto kind = GENERATE(FrontProxyKind::nginx, FrontProxyKind::haproxy);
  CAPTURE(kind);
  HttpdFixture httpd(behind_proxy());
  httpd.start(false);
  FrontProxy proxy(kind, httpd.plain().port);
  HttpConnection connection(client_of(proxy));
  const auto facts = kClient + std::string(" off http ") + std::to_string(proxy.endpoint().port);
  for (const std::string claims : {"", kClaims}) {
    CAPTURE(claims);
    const auto honest = connection.exchange(get("/", host_line("localhost", proxy) + claims));
    CHECK(honest.body == kPageText);
    CHECK(proxy.header(honest, "X-Facts") == facts);
    CHECK(proxy.header(honest, "X-Site") == "localhost");
    const auto other = connection.exchange(get("/", host_line("office", proxy) + claims));
    CHECK(proxy.header(other, "X-Facts") == facts);
    CHECK(proxy.header(other, "X-Site") == "office");
  }
}

TEST_CASE("A stream through the documented lines of a front proxy is its client's, and whole") {
  const auto kind = GENERATE(FrontProxyKind::nginx, FrontProxyKind::haproxy);
  CAPTURE(kind);
  TunnelSite site(behind_proxy());
  FrontProxy proxy(kind, site.httpd().plain().port);
  TunnelClient client(client_of(proxy), host_line("localhost", proxy) + kClaims);
  client.open();
  TunnelSession session{std::move(client), site.backend().accept()};
  CHECK_NOTHROW(carry_both_ways(session, 200'000, 11));
  CHECK(site.httpd().error_log().count("session of 127\\.0\\.0\\.3 at ", 1) > 0);
  CHECK(site.httpd().error_log().matching("203\\.0\\.113\\.9").empty());
}

TEST_CASE("librtmp plays what ffmpeg publishes, both through the documented lines of a front proxy") {
  const auto kind = GENERATE(FrontProxyKind::nginx, FrontProxyKind::haproxy);
  CAPTURE(kind);
  constexpr std::chrono::seconds kPublished{60}; // at most
  constexpr std::chrono::seconds kPlayed{4};
  NginxRtmp media;
  auto options = behind_proxy();
  options.site += "RTMPTProxyPass " + media.url() + "\n";
  HttpdFixture httpd(options);
  httpd.start();
  FrontProxy proxy(kind, httpd.plain().port);
  const auto url = "rtmpt://localhost:" + std::to_string(proxy.endpoint().port) + "/live/front";
  FfmpegPublisher publisher(url, kPublished);
  media.wait_for_stream("front");
  LibrtmpPlayer player(url, kPlayed);
  const auto& played = player.join();
  CHECK(played.complete);
  CHECK(played.pictures >= least_pictures(kPlayed));
  CHECK(publisher.finish() > played.pictures);
}
