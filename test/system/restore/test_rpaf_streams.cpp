// SPDX-License-Identifier: Apache-2.0
// What streams see of a client behind a proxy, and that a proxy's connection stays with httpd.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;

namespace {

constexpr const char* kTooManyOfClient = R"(\[rtmpt_proxy:(notice|info)\].*RTMPT054.*)";

HttpdOptions behind_proxy(const std::string& more = {}) {
  HttpdOptions options;
  options.global = "RPAFenable On\nRPAFproxy_ips 127.0.0.1 ::1\n" + more;
  return options;
}

std::string xff(const std::string& client) {
  return "X-Forwarded-For: " + client + "\r\n";
}

// From an address that is no proxy's.
Endpoint stranger(const HttpdFixture& httpd) {
  auto endpoint = httpd.plain();
  endpoint.from_address = "127.0.0.3";
  return endpoint;
}

} // namespace

TEST_CASE("RTMPTMaxSessionsPerClient counts the clients behind a proxy, and no address that one of them wrote") {
  FarmMember member('a');
  auto options = behind_proxy();
  options.site = "RTMPTProxyPass " + member.url() + "\nRTMPTMaxSessionsPerClient 1\n";
  HttpdFixture httpd(options);
  httpd.start();
  std::vector<FarmSession> sessions;
  for (const std::string client : {"203.0.113.9", "203.0.113.10", "2001:db8::9"}) {
    CAPTURE(client);
    sessions.push_back(begin_session(httpd.plain(), xff(client)));
    for (const auto& claim : {client, "198.51.100.1, " + client, client + ", 127.0.0.1"}) {
      CAPTURE(claim);
      TunnelClient second(httpd.plain(), xff(claim));
      CHECK(second.try_open().status == 503);
    }
    CHECK(httpd.error_log().count(kTooManyOfClient + client, 3) == 3);
  }
  sessions.push_back(begin_session(stranger(httpd), xff("198.51.100.2")));
  TunnelClient again(stranger(httpd), xff("198.51.100.3"));
  CHECK(again.try_open().status == 503);
  CHECK(httpd.error_log().count(std::string(kTooManyOfClient) + "127.0.0.3", 1) == 1);
  CHECK(member.live() == 4);
  for (auto& session : sessions)
    CHECK_NOTHROW(carry_and_return(session, 20'000, 1));
}

TEST_CASE("Require admits the client behind the proxy, and the gateway's log names it") {
  TunnelSite site(behind_proxy("<Location \"/open\">\n  Require ip 203.0.113.0/24\n</Location>\n"));
  site.httpd().error_log().expect("AH01630: client denied");
  for (const std::string client : {"198.51.100.1", "203.0.113.9, 198.51.100.1", "unknown"}) {
    CAPTURE(client);
    TunnelClient refused(site.httpd().plain(), xff(client));
    CHECK(refused.try_open().status == 403);
  }
  TunnelClient liar(stranger(site.httpd()), xff("203.0.113.9"));
  CHECK(liar.try_open().status == 403);
  auto session = site.session({"proxied", false, xff("203.0.113.9")});
  CHECK_NOTHROW(carry_both_ways(session, 50'000, 7));
  CHECK(site.httpd().error_log().count("session of 203\\.0\\.113\\.9 at ", 1) > 0);
}

TEST_CASE("A proxy's connection is neither handed over nor pumped, also when it sends no header") {
  const bool tls = GENERATE(false, true);
  const std::string enable = GENERATE("RPAFenable On\n", "RPAFenable Off\n");
  const std::string header = GENERATE(as<std::string>{}, "", "X-Forwarded-For: 203.0.113.9\r\n");
  CAPTURE(tls, enable, header);
  TunnelSite site(behind_proxy(enable));
  auto& httpd = site.httpd();
  auto session = site.session({"from a proxy", tls, header});
  for (int i = 0; i < 5; ++i)
    CHECK(session.client.idle().status == 200);
  CHECK(happens([&] { return httpd.access_count("POST /idle/") == 5; }));
  CHECK_NOTHROW(carry_both_ways(session, 30'000, 3));
  // The same connection still serves other people's pages.
  CHECK(session.client.connection().exchange(get("/")).body == kPageText);
}

TEST_CASE("Who is no proxy is handed over as before") {
  TunnelSite site(behind_proxy());
  TunnelClient client(stranger(site.httpd()));
  client.open();
  auto media = site.backend().accept();
  for (int i = 0; i < 5; ++i)
    CHECK(client.idle().status == 200);
  client.close();
  CHECK(site.httpd().access_count("POST /open/", 1) == 1);
  CHECK(site.httpd().access_count("POST /idle/") == 0);
}
