// SPDX-License-Identifier: Apache-2.0
// What httpd says to a wrong configuration of balancers, routes and limits, before anybody is served by it.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/httpd_fixture.hpp"

#include <catch2/catch.hpp>

#include <ostream>

using namespace rtmpt_proxy::test;

namespace {

struct BadSite {
  std::string text;                  // of the virtual host
  std::vector<std::string> quoted;   // the object and its value
  std::vector<std::string> expected; // words for what would be right
};

std::ostream& operator<<(std::ostream& out, const BadSite& bad) {
  return out << bad.text;
}

const std::string kHttpMember = balancer_section("web", {"rtmp://127.0.0.1:1935", "http://127.0.0.1:8080"});

std::vector<BadSite> bad_balancers() {
  return {
      {"RTMPTProxyPass balancer://nobody", {"localhost", "RTMPTProxyPass", "balancer://nobody"}, {"<Proxy"}},
      {"RTMPTProxyPassMatch Host ^a$ balancer://nobody", {"RTMPTProxyPassMatch", "balancer://nobody"}, {"<Proxy"}},
      {kHttpMember + "RTMPTProxyPass balancer://web",
       {"localhost", "RTMPTProxyPass", "balancer://web", "http://127.0.0.1:8080"},
       {"rtmp://", "rtmpt://"}},
      {kHttpMember + "RTMPTProxyPassMatch Host ^a$ balancer://web",
       {"RTMPTProxyPassMatch", "balancer://web", "http://127.0.0.1:8080"},
       {"rtmp://", "rtmpt://"}},
      {"RTMPTProxyPass balancer://media retry=1", {"RTMPTProxyPass", "balancer://media", "retry=1"}, {"ProxySet"}},
      {"RTMPTProxyPassMatch Host ^a$ balancer://media retry=1", {"RTMPTProxyPassMatch", "retry=1"}, {"ProxySet"}},
      {"RTMPTProxyPass balancer://media/live", {"RTMPTProxyPass", "balancer://media/"}, {"balancer://name"}},
      {"RTMPTProxyPass balancer://me@media", {"RTMPTProxyPass", "balancer://"}, {"balancer://name"}},
      {"RTMPTProxyPass balancer://media:80", {"RTMPTProxyPass", "balancer://media:80"}, {"balancer://name"}},
      {"RTMPTProxyPass balancer://", {"RTMPTProxyPass", "balancer://"}, {"balancer://name"}},
  };
}

std::vector<BadSite> bad_directives() {
  return {
      {"RTMPTProxyPass rtmpt://media/path", {"RTMPTProxyPass", "rtmpt://media/"}, {"nothing"}},
      {"RTMPTProxyPass rtmpt://media:0", {"RTMPTProxyPass", "rtmpt://media:0"}, {"65535"}},
      {"RTMPTProxyPass rtmpts://media", {"RTMPTProxyPass", "rtmpts://media"}, {"rtmpt://media", "not supported"}},
      {"RTMPTProxyPassMatch Host a(b rtmp://media", {"RTMPTProxyPassMatch", "a(b", "offset"}, {"PCRE2"}},
      {"RTMPTProxyPassMatch Host a[b rtmp://media", {"RTMPTProxyPassMatch", "a[b", "offset"}, {"PCRE2"}},
      {"RTMPTProxyPassMatch Host (*UTF)a rtmp://media", {"RTMPTProxyPassMatch", "(*UTF)a"}, {"PCRE2"}},
      {"RTMPTProxyPassMatch Ho:st ^a$ rtmp://media", {"RTMPTProxyPassMatch", "Ho:st"}, {"header"}},
      {"RTMPTProxyPassMatch \"Ho st\" ^a$ rtmp://media", {"RTMPTProxyPassMatch", "Ho st"}, {"header"}},
      {"RTMPTProxyPassMatch \"\" ^a$ rtmp://media", {"RTMPTProxyPassMatch"}, {"header"}},
      {"RTMPTProxyPassMatch Host ^a$", {"RTMPTProxyPassMatch", "Host"}, {"URL"}},
      {"RTMPTProxyPassMatch Host", {"RTMPTProxyPassMatch", "Host"}, {"regular expression"}},
      {"RTMPTProxyPassMatch Host ^a$ http://media", {"RTMPTProxyPassMatch", "http://media"}, {"rtmpt://media"}},
      {"RTMPTProxyPassMatch Host ^a$ ! retry=1", {"RTMPTProxyPassMatch", "retry=1"}, {"nothing"}},
      {"RTMPTProxyPassMatch Host ^a$ rtmp://media colour=red", {"RTMPTProxyPassMatch", "colour"}, {"ProxyPass"}},
      {"RTMPTMaxSessions -1", {"RTMPTMaxSessions", "-1"}, {"1000000"}},
      {"RTMPTMaxSessions 1000001", {"RTMPTMaxSessions", "1000001"}, {"1000000"}},
      {"RTMPTMaxSessions many", {"RTMPTMaxSessions", "many"}, {"number"}},
      {"RTMPTMaxSessions 1e3", {"RTMPTMaxSessions", "1e3"}, {"number"}},
      {"RTMPTMaxSessionsPerClient -1", {"RTMPTMaxSessionsPerClient", "-1"}, {"1000000"}},
      {"RTMPTMaxSessionsPerClient 99999999999", {"RTMPTMaxSessionsPerClient", "99999999999"}, {"1000000"}},
  };
}

std::vector<BadSite> all_bad() {
  auto all = bad_balancers();
  for (auto& bad : bad_directives())
    all.push_back(std::move(bad));
  return all;
}

std::vector<std::string> good_sites() {
  const std::string media = balancer_section("media", {"rtmp://127.0.0.1", "rtmpt://127.0.0.1:8080 loadfactor=3"});
  const std::string pass = "RTMPTProxyPass balancer://media";
  return {
      "RTMPTProxyPass rtmpt://media",
      "RTMPTProxyPass rtmpt://media:8080 retry=1",
      "RTMPTProxyPass rtmpt://[::1]:8080",
      media + pass,
      media + pass + "/",
      pass + "\n" + media,
      media + "RTMPTProxyPassMatch Host ^a$ balancer://media",
      balancer_section("media", {}, "  ProxySet growth=5\n") + pass,
      balancer_section("media", {"rtmp://127.0.0.1"}, "  ProxySet lbmethod=rtmptsessions\n") + pass,
      "RTMPTProxyPassMatch X-Room \"^(red|blue) room$\" rtmp://media connectiontimeout=2",
      "RTMPTProxyPassMatch Host (?-i)^A$ !",
      "RTMPTMaxSessions 0",
      "RTMPTMaxSessions 1000000",
      "RTMPTMaxSessionsPerClient 0",
      "RTMPTMaxSessionsPerClient 1",
  };
}

HttpdOptions with_site(const std::string& text) {
  HttpdOptions options;
  options.plain_site = text + "\n";
  return options;
}

} // namespace

TEST_CASE(
    "A bad balancer, route or limit fails the configuration test, with its name, its value and what was expected") {
  const auto bad = GENERATE(from_range(all_bad()));
  CAPTURE(bad);
  const HttpdFixture httpd(with_site(bad.text));
  const auto result = httpd.configtest();
  CAPTURE(result.output);
  CHECK(result.exit_code != 0);
  CHECK(result.output.find("RTMPT0") != std::string::npos);
  for (const auto& word : bad.quoted) {
    CAPTURE(word);
    CHECK(result.output.find(word) != std::string::npos);
  }
  for (const auto& word : bad.expected) {
    CAPTURE(word);
    CHECK(result.output.find(word) != std::string::npos);
  }
}

TEST_CASE("Good balancers, routes and limits pass the configuration test") {
  const auto good = GENERATE(from_range(good_sites()));
  CAPTURE(good);
  const HttpdFixture httpd(with_site(good));
  const auto result = httpd.configtest();
  CAPTURE(result.output);
  CHECK(result.exit_code == 0);
}

TEST_CASE("A balancer without members is warned of") {
  const HttpdFixture httpd(
      with_site(balancer_section("media", {}, "  ProxySet timeout=5\n") + "RTMPTProxyPass balancer://media"));
  const auto result = httpd.configtest();
  CAPTURE(result.output);
  CHECK(result.exit_code == 0);
  CHECK(result.output.find("RTMPT023") != std::string::npos);
}

TEST_CASE(
    "A balancer is found behind the directive, in the main server, and by a virtual host that inherits the directive") {
  FarmMember a('a');
  FarmMember b('b');
  const auto media = balancer_section("media", {a.url(), b.url()});
  const std::string pass = "RTMPTProxyPass balancer://media\n";
  HttpdOptions options;
  SECTION("behind it, in the virtual host") {
    options.plain_site = pass + media;
  }
  SECTION("in the main server, the directive in the virtual host") {
    options.global = media;
    options.plain_site = pass;
  }
  SECTION("in the main server, behind the directive there") {
    options.global = pass + media;
  }
  SECTION("behind the virtual host, in the main server") {
    options.plain_site = pass;
    options.more_hosts = media;
  }
  HttpdFixture httpd(options);
  httpd.start();
  const auto sessions = begin_sessions(httpd.plain(), 6, 3);
  CHECK(a.live() > 0);
  CHECK(b.live() > 0);
  CHECK(a.live() + b.live() == 6);
}

TEST_CASE("An empty balancer answers an open with 503, and pages are served") {
  HttpdFixture httpd(
      with_site(balancer_section("media", {}, "  ProxySet growth=2\n") + "RTMPTProxyPass balancer://media"));
  httpd.start();
  httpd.error_log().expect("proxy_balancer:error");
  TunnelClient client(httpd.plain());
  const auto reply = client.try_open();
  CHECK(reply.status == 503);
  CHECK(reply.header("Retry-After"));
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
}
