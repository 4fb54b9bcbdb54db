// SPDX-License-Identifier: Apache-2.0
// rtmpt:// servers that lead back to the httpd that asks them: a stream that comes back is refused at once, and a chain
// of servers works.
#include "support/clients/farm_sessions.hpp"
#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/farm_member.hpp"
#include "support/sites/rtmpt_site.hpp"
#include "support/sites/tried_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace rtmpt_proxy::test;

namespace {

// How often an open reached this httpd.
std::size_t opens(const HttpdFixture& httpd) {
  return httpd.access_count("POST /open/1");
}

std::string hop_header(const std::string& value) {
  return "RTMPT-Hops: " + value + "\r\n";
}

} // namespace

TEST_CASE("RTMPTProxyPass to the server's own port ends after one round, with a line that says so") {
  HttpdOptions options;
  options.plain_site = "RTMPTProxyPass rtmpt://127.0.0.1:@PORT@\n"
                       "RTMPTSessionLog @ROOT@/logs/sessions.log \"%{end}r %{detail}r\"\n";
  HttpdFixture httpd(options);
  httpd.error_log().expect("RTMPT044");
  httpd.error_log().expect("rtmpt_proxy:error.*RTMPT042.*has come back.*expected");
  httpd.error_log().expect("RTMPT050.*508");
  httpd.start();
  const auto carriage = GENERATE(handed_over(), forwarded());
  CAPTURE(carriage);
  TunnelClient client(httpd.plain(), carriage.headers);
  CHECK(client.try_open().status == 503);
  REQUIRE(happens([&] { return opens(httpd) == 2; }));
  CHECK(fetch(httpd.plain(), "/").body == kPageText); // a round more would have begun by now
  CHECK(opens(httpd) == 2);
  const auto log = httpd.root() / "logs/sessions.log";
  CHECK(happens([&] { return read_file(log).find("has come back to the server that sent it") != std::string::npos; }));
}

TEST_CASE("So does a ring of two virtual hosts, with balancers and ProxyPass in it") {
  HttpdOptions options;
  // The Host of an open names the server that is asked, so each virtual host is reached by an address of its own.
  options.plain_site = "ProxyPass / rtmpt://127.0.0.2:@PORT@/\n";
  options.global = "Listen 127.0.0.2:@PORT@\n<Proxy balancer://back>\n  BalancerMember rtmpt://127.0.0.1:@PORT@\n"
                   "</Proxy>\n";
  options.more_hosts = "<VirtualHost 127.0.0.2:@PORT@>\n  ServerName second\n  RTMPTProxyPass balancer://back\n"
                       "</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.error_log().expect("RTMPT044");
  httpd.error_log().expect("RTMPT042");
  httpd.error_log().allow("RTMPT050|AH01170|AH01167");
  httpd.start();
  TunnelClient client(httpd.plain());
  CHECK(client.try_open().status == 503);
  CHECK(fetch(httpd.plain(), "/").status == 404); // nothing but a tunnel
  CHECK(opens(httpd) <= 3);
}

TEST_CASE("A front server before another one is legal, also within one httpd") {
  FarmMember media('m');
  HttpdOptions options;
  options.global = "Listen 127.0.0.2:@PORT@\nListen 127.0.0.3:@PORT@\n";
  options.plain_site = "RTMPTProxyPass rtmpt://127.0.0.2:@PORT@\n";
  options.more_hosts =
      "<VirtualHost 127.0.0.2:@PORT@>\n  ServerName second\n  RTMPTProxyPass rtmpt://127.0.0.3:@PORT@\n"
      "</VirtualHost>\n<VirtualHost 127.0.0.3:@PORT@>\n  ServerName third\n  RTMPTProxyPass " +
      media.url() + "\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.error_log().expect("RTMPT044");
  httpd.start();
  auto session = begin_session(httpd.plain());
  CHECK(session.member == 'm');
  CHECK_NOTHROW(carry_and_return(session, 20'000, 1));
  CHECK(opens(httpd) == 3);
}

TEST_CASE("An open is told on with its hops, to rtmpt:// servers alone, and the name stays through graceful") {
  RtmptSite site;
  std::string name;
  for (const std::string before : {"", "0123456789abcdef", "0123456789abcdef,\t0011223344556677"}) {
    TunnelClient client(site.httpd().plain(), before.empty() ? "" : hop_header(before));
    client.open();
    const auto requests = site.server().requests();
    const auto open =
        std::find_if(requests.rbegin(), requests.rend(), [](const auto& one) { return one.kind == "open"; });
    REQUIRE(open != requests.rend());
    const auto hops = open->header("RTMPT-Hops").value_or("");
    CAPTURE(before, hops);
    REQUIRE(hops.size() >= 16);
    const auto own = hops.substr(hops.size() - 16);
    if (name.empty()) name = own;
    CHECK(own == name);
    CHECK(hops == replace_all(before, ",\t", ", ") + (before.empty() ? "" : ", ") + name);
    site.httpd().graceful();
  }
}

TEST_CASE("A list that is too long or none at all is refused before anybody is asked, and nothing warns of it") {
  RtmptSite site;
  std::string eight = "aaaaaaaaaaaaaaa0";
  for (int i = 1; i < 8; ++i)
    eight += ", aaaaaaaaaaaaaaa" + std::to_string(i);
  for (const auto& carriage : carriages()) {
    for (const std::string& value : {eight, std::string("x"), std::string(16, 'A'), std::string("aaaaaaaaaaaaaaa0,")}) {
      CAPTURE(carriage, value);
      TunnelClient client(carriage.tls ? site.httpd().tls() : site.httpd().plain(),
                          carriage.headers + hop_header(value));
      CHECK(client.try_open().status == 508);
    }
  }
  CHECK(site.server().count("open") == 0);
  CHECK(happens([&] { return !site.httpd().error_log().matching("rtmpt_proxy:info.*RTMPT043").empty(); }));
}

TEST_CASE("Own addresses are named by httpd -t") {
  const auto own = [](const std::string& lines, const std::string& global = {}) {
    return TriedSite{lines,      Verdict::warned,
                     "RTMPT044", {"virtual host localhost", "expected the address of a media"},
                     global,     lines};
  };
  const auto other = [](const std::string& lines, const std::string& global = {}) {
    return TriedSite{lines, Verdict::good, "RTMPT044", {}, global, lines};
  };
  const std::string every = "Listen " + std::to_string(free_port()) + "\n";
  const std::string port = every.substr(7, every.size() - 8);
  judge({
      own("RTMPTProxyPass rtmpt://127.0.0.1:@PORT@\n"), own("RTMPTProxyPass rtmp://127.0.0.1:@PORT@\n"),
      own("RTMPTProxyPass rtmpt://[::1]:@TLS_PORT@\n"), own("RTMPTProxyPass rtmpt://localhost:@PORT@\n"),
      own("RTMPTProxyPassMatch Host x rtmpt://localhost:@PORT@\n"), own("ProxyPass / rtmpt://localhost:@PORT@/\n"),
      own("RTMPTProxyPass rtmpt://127.0.0.7:" + port + "\n", every),
      own("RTMPTProxyPass rtmpt://site.test:@PORT@\n", "ServerName site.test\n"),
      other("RTMPTProxyPass rtmpt://127.0.0.7:@PORT@\n"), // nobody listens there
      other("RTMPTProxyPass rtmpt://127.0.0.1:1\n"), other("RTMPTProxyPass rtmpt://192.0.2.1:" + port + "\n", every),
      other("RTMPTProxyPass rtmpt://media.invalid:@PORT@\n"), // not looked up
  });
}
