// SPDX-License-Identifier: Apache-2.0
// What follows from an announced client: rights, logs, headers, TLS, HTTP/2, and the settings of virtual hosts.
#include "restore/rpaf/announced_site.hpp"
#include "support/clients/http2_connection.hpp"
#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"
#include "test/unit/protocol/proxy/proxy_header_samples.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::string_literals;

namespace {

const std::string kV4 = v1_header("203.0.113.9");

HttpResponse ask(const AnnouncedSite& site, const std::string& header, const std::string& path,
                 const std::string& headers = {}, const std::string& peer = kAnnouncer) {
  return HttpConnection(site.endpoint(peer, header)).exchange(tagged("ask", path, headers));
}

HttpResponse ask_tls(AnnouncedSite& site, const std::string& header, const std::string& path) {
  return HttpConnection(from(kAnnouncer, site.httpd().tls(), header)).exchange(get(path));
}

// Directives that make a second address, for a virtual host with `own`.
HttpdOptions with_second_address(HttpdOptions options, std::uint16_t port, const std::string& own) {
  const auto address = std::to_string(port);
  options.global += "Listen 127.0.0.1:" + address + "\n";
  options.more_hosts = "<VirtualHost *:" + address + ">\nServerName localhost\n" + own + "\n</VirtualHost>\n";
  return options;
}

} // namespace

TEST_CASE("Each client has its own rights, and nobody the proxy's") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AnnouncedSite site(announced_site_options(mpm));
  struct Row {
    std::string header;
    std::string own_page;
    std::string reason;
  };
  const Row rows[] = {
      {kV4, "/v4.html", "version 1"},
      {v1_header("2001:db8::9"), "/v6.html", "version 1, IPv6"},
      {proxy_v2(0x21, 0x11, client_block()), "/v4.html", "version 2"},
      {v1_header("198.51.100.7"), "", "neither"},
      {v1_header("127.0.0.1"), "/local.html", "a client on the proxy's own machine"},
      {proxy_v2(0x20, 0x00, ""), "/local.html", "LOCAL: the proxy itself"},
      {"PROXY UNKNOWN\r\n", "/local.html", "UNKNOWN: the peer's address stands"},
  };
  for (const auto& row : rows)
    for (const std::string path : {"/v4.html", "/v6.html", "/local.html"}) {
      CAPTURE(row.reason, path);
      CHECK(ask(site, row.header, path).status == (path == row.own_page ? 200 : 403));
    }
}

TEST_CASE("What the announced client writes about itself is text, and what an announced proxy writes is believed") {
  AnnouncedSite site(
      announced_site_options("event", "RPAFsethostname On\nRPAF_SetHTTPS On\nRPAF_SetPort On\nRPAF_CleanHeaders On\n"));
  const std::string claims = "X-Forwarded-For: 10.0.0.5\r\nX-Forwarded-Host: office\r\nX-Forwarded-Proto: https\r\n"
                             "X-Forwarded-Port: 8443\r\n";
  const auto facts = [&](const std::string& header, const std::string& headers) {
    return site.facts(ask(site, header, "/", headers));
  };
  CHECK(facts(kV4, claims) == site.facts_of("203.0.113.9"));
  CHECK(facts(kV4, "X-Forwarded-For: 127.0.0.1, 10.0.0.2\r\n") == site.facts_of("203.0.113.9"));
  CHECK(facts(kV4, "X-Forwarded-For: unknown\r\n") == site.facts_of("203.0.113.9"));
  CHECK(ask(site, kV4, "/local.html", "X-Forwarded-For: 127.0.0.1\r\n").status == 403);
  // A second proxy, whose connection the first announces, and which adds a header of its own.
  const auto second = v1_header("10.0.0.2");
  CHECK(facts(second, "") == site.facts_of("10.0.0.2"));
  CHECK(facts(second, "X-Forwarded-For: 10.0.0.5, 203.0.113.9\r\n") == site.facts_of("203.0.113.9"));
  CHECK(facts(second,
              "X-Forwarded-For: 203.0.113.9, 10.0.0.3\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 8443\r\n") ==
        "203.0.113.9 127.0.0.2 on 8443 localhost");
  CHECK(facts(second, "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Host: office\r\n") ==
        "203.0.113.9 127.0.0.2 off 80 office");
  CHECK(facts(second, "X-Forwarded-For: unknown\r\n") == site.facts_of("10.0.0.2"));
  // A proxy that speaks for itself may forward a request, and is believed as without the PROXY protocol.
  CHECK(facts(proxy_v2(0x20, 0x00, ""), "X-Forwarded-For: 203.0.113.9\r\n") == site.facts_of("203.0.113.9"));
}

TEST_CASE("RPAF_ForbidIfNotProxy judges the other end of the connection, not the announced client") {
  AnnouncedSite site(announced_site_options("event", "RPAF_ForbidIfNotProxy On\n"));
  CHECK(ask(site, kV4, "/").status == 200);
  CHECK(ask(site, "", "/", "", kStranger).status == 403);
}

TEST_CASE("The header comes before TLS, and the requests inside are its client's") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AnnouncedSite site(announced_site_options(mpm));
  for (const auto& header : {kV4, proxy_v2(0x21, 0x11, client_block() + std::string(30'000, 't'))}) {
    HttpConnection connection(from(kAnnouncer, site.httpd().tls(), header));
    for (int i = 0; i < 3; ++i)
      CHECK(site.facts(connection.exchange(get("/"))) == "203.0.113.9 127.0.0.2 on 443 localhost");
    CHECK(connection.exchange(get("/v4.html")).status == 200);
    CHECK(connection.exchange(get("/local.html")).status == 403);
  }
  CHECK(ask_tls(site, proxy_v2(0x20, 0x00, ""), "/local.html").status == 200);
  HttpConnection stranger(from(kStranger, site.httpd().tls()));
  CHECK(site.facts(stranger.exchange(get("/"))) == "127.0.0.3 127.0.0.3 on 443 localhost");
  site.httpd().error_log().expect("RTMPT117: ");
  site.httpd().error_log().expect("RTMPT111: ");
  CHECK_THROWS_AS(connect_to(from(kStranger, site.httpd().tls(), kV4)), std::runtime_error);
  CHECK_THROWS_AS(connect_to(from(kAnnouncer, site.httpd().tls())), std::runtime_error);
}

TEST_CASE("Every stream of an HTTP/2 connection is its announced client's") {
  auto options = announced_site_options("event", "Protocols h2c h2 http/1.1\nH2MaxSessionStreams 100\n");
  options.more_modules.emplace_back("http2");
  AnnouncedSite site(options);
  const std::string clients[] = {"203.0.113.9", "2001:db8::9"};
  const std::string pages[] = {"/v4.html", "/v6.html"};
  Http2Connection connections[] = {Http2Connection(site.endpoint(kAnnouncer, v1_header(clients[0]))),
                                   Http2Connection(site.endpoint(kAnnouncer, v1_header(clients[1])))};
  std::size_t right = 0;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> streams; // of the page and of the address
    for (int i = 0; i < 10; ++i)
      for (std::size_t who = 0; who < 2; ++who)
        streams.emplace_back(connections[who].get("localhost", pages[static_cast<std::size_t>(i) % 2],
                                                  {{"x-forwarded-for", "127.0.0.1"}}),
                             connections[who].get("localhost", kRemotePage, {}));
    for (std::size_t i = 0; i < streams.size(); ++i) {
      const auto who = i % 2;
      const bool own = i / 2 % 2 == who;
      right += (connections[who].body(streams[i].first) == kPageText) == own;
      right += connections[who].body(streams[i].second) == clients[who];
    }
  }
  CHECK(right == 20 * 20 * 2);

  // Over TLS; curl announces its own address, which is a proxy's here, so its header counts.
  const auto answer = site.httpd().root() / "answer";
  const auto curl = run_command({"curl", "--silent", "--show-error", "--insecure", "--http2", "--interface", kAnnouncer,
                                 "--haproxy-protocol", "--header", "X-Forwarded-For: 203.0.113.9", "--output",
                                 answer.string(), "--write-out", "%{http_version} %{response_code}",
                                 "https://127.0.0.1:" + std::to_string(site.httpd().tls().port) + kRemotePage});
  CHECK(curl.output == "2 200");
  CHECK(read_file(answer) == "203.0.113.9");
}

TEST_CASE("An address with RPAFproxyProtocol Off reads no header") {
  const auto second = free_port();
  AnnouncedSite site(with_second_address(announced_site_options(), second, "RPAFproxyProtocol Off"));
  auto endpoint = site.endpoint(kAnnouncer);
  endpoint.port = second;
  HttpConnection connection(endpoint);
  CHECK(site.facts(connection.exchange(get("/", "X-Forwarded-For: 203.0.113.9\r\n"))) ==
        "203.0.113.9 127.0.0.2 off 80 localhost");
  endpoint.preamble = kV4;
  CHECK(HttpConnection(endpoint).exchange(get("/")).status == 400);
  CHECK(site.facts(ask(site, kV4, "/")) == site.facts_of("203.0.113.9"));
}

TEST_CASE("Where a request's virtual host does not believe the proxy, the request is the proxy's own") {
  auto options = announced_site_options();
  options.more_hosts = "<VirtualHost *:@PORT@>\nServerName off\nRPAFenable Off\n</VirtualHost>\n"
                       "<VirtualHost *:@PORT@>\nServerName narrow\nRPAFproxy_ips 127.0.0.9\n</VirtualHost>\n"
                       "<VirtualHost *:@PORT@>\nServerName other\n</VirtualHost>\n";
  AnnouncedSite site(options);
  HttpConnection connection(site.endpoint(kAnnouncer, kV4));
  for (int i = 0; i < 3; ++i) {
    CHECK(site.facts(connection.exchange(get("/", "Host: off\r\n"))) == "127.0.0.2 127.0.0.2 off 80 off");
    CHECK(site.facts(connection.exchange(get("/", "Host: other\r\n"))) == "203.0.113.9 127.0.0.2 off 80 other");
    CHECK(site.facts(connection.exchange(get("/", "Host: narrow\r\n"))) == "127.0.0.2 127.0.0.2 off 80 narrow");
  }
}

TEST_CASE("Headers are read across graceful and restart, and requests of httpd's own proxy are not touched") {
  auto options = announced_site_options();
  options.site = "ProxyPass /through/ http://127.0.0.1:@PORT@/\n";
  AnnouncedSite site(options);
  for (int i = 0; i < 2; ++i) {
    CHECK(site.facts(ask(site, kV4, "/")) == site.facts_of("203.0.113.9"));
    // httpd connects to itself from 127.0.0.1, which is no proxy here.
    CHECK(ask(site, kV4, "/through/local.html").body == kPageText);
    CHECK(ask(site, kV4, "/through/v4.html").status == 403);
    if (i == 0) site.httpd().graceful();
  }
  site.httpd().restart();
  CHECK(site.facts(ask(site, kV4, "/")) == site.facts_of("203.0.113.9"));
}
