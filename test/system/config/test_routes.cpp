// SPDX-License-Identifier: Apache-2.0
// RTMPTProxyPassMatch: where a stream goes by what its request's header says.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <memory>

using namespace rtmpt_proxy::test;

namespace {

HttpdOptions with_site(const std::string& text) {
  HttpdOptions options;
  options.plain_site = text;
  return options;
}

std::string route(const std::string& header, const std::string& pattern, const std::string& target) {
  return "RTMPTProxyPassMatch " + header + " \"" + pattern + "\" " + target + "\n";
}

std::string header(const std::string& name, const std::string& value) {
  return name + ": " + value + "\r\n";
}

// The member that takes an open with these headers, or 0 when nobody does: the answer is the site's own then.
char taker(const HttpdFixture& httpd, const std::string& headers) {
  TunnelClient client(httpd.plain(), headers);
  const auto reply = client.try_open();
  if (reply.status != 200) return 0;
  FarmSession session{std::move(client)};
  meet_member(session);
  return session.member;
}

// What a host of the same httpd without streams answers to an open.
HttpResponse answer_of_site(const HttpdFixture& httpd, const std::string& host) {
  HttpConnection connection(httpd.plain());
  return connection.exchange(post("/open/1", std::string(1, '\0'), header("Host", host)));
}

} // namespace

TEST_CASE("Two names on one port and address: pages under both, streams under one, as Pound's HeadRequire did") {
  FarmMember media('m');
  auto options = with_site(route("Host", "^rtmpt\\.example\\.com(:\\d+)?$", media.url()));
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName without\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  std::filesystem::create_directories(httpd.document_root() / "open");
  write_file(httpd.document_root() / "open/1", "a local file named like a tunnel request\n");
  httpd.start();
  const auto carriage = GENERATE(handed_over(), forwarded());
  CAPTURE(carriage);
  for (const std::string host : {"rtmpt.example.com", "rtmpt.example.com:80", "RTMPT.Example.COM"}) {
    CAPTURE(host);
    auto session = begin_session(httpd.plain(), header("Host", host) + carriage.headers);
    CHECK(session.member == 'm');
    CHECK_NOTHROW(carry_and_return(session, 20'000, 1));
  }
  // Anchored: names that only contain the pattern are others. Nobody claims their opens.
  const auto of_site = answer_of_site(httpd, "without");
  for (const std::string host : {"www.example.com", "rtmpt.example.com.evil.org", "xrtmpt.example.com", "localhost",
                                 "rtmptxexample.com", "rtmpt.example.com:80:80"}) {
    CAPTURE(host);
    const auto reply = answer_of_site(httpd, host);
    if (host.ends_with(":80:80") && reply.status == 400) continue; // httpd's own opinion of such a name
    CHECK(reply.status == of_site.status);
    CHECK(replace_all(reply.body, host, "without") == of_site.body);
  }
  for (const std::string host : {"www.example.com", "rtmpt.example.com"}) {
    HttpConnection page(httpd.plain());
    CHECK(page.exchange(get("/", header("Host", host))).body == kPageText);
  }
  CHECK(media.greeted() == 3);
}

TEST_CASE("A pattern without anchors matches anywhere, in either case unless it says otherwise") {
  FarmMember loose('l');
  FarmMember strict('s');
  FarmMember other('o');
  HttpdFixture httpd(with_site(route("X-Room", "red", loose.url()) + route("X-Room", "(?-i)^Blue$", strict.url()) +
                               "RTMPTProxyPass " + other.url() + "\n"));
  httpd.start();
  CHECK(taker(httpd, header("X-Room", "the RED room")) == 'l');
  CHECK(taker(httpd, header("X-Room", "scarred")) == 'l');
  CHECK(taker(httpd, header("x-rOOM", "red")) == 'l'); // a header's name has no case
  CHECK(taker(httpd, header("X-Room", "Blue")) == 's');
  CHECK(taker(httpd, header("X-Room", "blue")) == 'o');
  CHECK(taker(httpd, header("X-Room", "Blue ")) == 's'); // blanks around a value are none of it
}

TEST_CASE("The first route that matches wins, then RTMPTProxyPass") {
  FarmMember a('a');
  FarmMember b('b');
  FarmMember other('o');
  HttpdFixture httpd(with_site("RTMPTProxyPass " + other.url() + "\n" + route("X-Room", "^one", a.url()) +
                               route("X-Room", "^one two$", b.url()) + route("X-Level", "^1$", b.url())));
  httpd.start();
  CHECK(taker(httpd, header("X-Room", "one two")) == 'a');
  CHECK(taker(httpd, header("X-Level", "1")) == 'b');
  CHECK(taker(httpd, header("X-Level", "1") + header("X-Room", "one")) == 'a'); // the order of the configuration
  CHECK(taker(httpd, header("X-Level", "2")) == 'o');
  CHECK(taker(httpd, "") == 'o');
}

TEST_CASE("A route to ! leaves the open with the site, also where RTMPTProxyPass would take it") {
  FarmMember media('m');
  auto options = with_site(route("X-Client", "^browser$", "!") + "RTMPTProxyPass " + media.url() + "\n");
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName without\n  RTMPTProxyPass !\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  HttpConnection connection(httpd.plain());
  const auto reply = connection.exchange(post("/open/1", "x", header("X-Client", "browser")));
  const auto of_site = answer_of_site(httpd, "without");
  CHECK(reply.status == of_site.status);
  CHECK(replace_all(reply.body, "localhost", "without") == of_site.body);
  CHECK(taker(httpd, header("X-Client", "encoder")) == 'm');
}

TEST_CASE("Each value of a header that comes several times is tried; an absent header matches nothing") {
  FarmMember blue('b');
  FarmMember empty('e');
  FarmMember anything('x');
  FarmMember other('o');
  HttpdFixture httpd(with_site(route("X-Room", "^blue$", blue.url()) + route("X-Room", "^$", empty.url()) +
                               route("X-Other", ".*", anything.url()) + "RTMPTProxyPass " + other.url() + "\n"));
  httpd.start();
  CHECK(taker(httpd, header("X-Room", "red") + header("X-Room", "blue")) == 'b');
  CHECK(taker(httpd, header("X-Room", "blue") + header("X-Room", "red")) == 'b');
  CHECK(taker(httpd, header("X-Room", "red") + header("X-Room", "green")) == 'o');
  CHECK(taker(httpd, header("X-Room", "")) == 'e');
  CHECK(taker(httpd, header("X-Other", "")) == 'x');
  CHECK(taker(httpd, "") == 'o');
}

TEST_CASE("Routes lead to servers and balancers side by side") {
  FarmMember single('s');
  FarmMember a('a');
  FarmMember b('b');
  HttpdFixture httpd(with_site(balancer_section("media", {a.url(), b.url()}, "  ProxySet lbmethod=rtmptsessions\n") +
                               route("X-Room", "^many$", "balancer://media") +
                               route("X-Room", "^one$", single.url() + " connectiontimeout=2")));
  httpd.start();
  std::vector<FarmSession> sessions;
  for (int i = 0; i < 4; ++i)
    sessions.push_back(begin_session(httpd.plain(), header("X-Room", i % 2 == 0 ? "many" : "many, many")));
  for (int i = 0; i < 3; ++i)
    sessions.push_back(begin_session(httpd.plain(), header("X-Room", "one")));
  CHECK(a.live() == 2);
  CHECK(b.live() == 2);
  CHECK(single.live() == 3);
  for (auto& session : sessions)
    CHECK_NOTHROW(carry_and_return(session, 5'000, 1));
}

TEST_CASE("A client need not repeat the header that chose its route") {
  FarmMember media('m');
  HttpdFixture httpd(with_site(route("X-Room", "^red$", media.url())));
  httpd.start();
  const auto carriage = GENERATE(handed_over(), forwarded());
  CAPTURE(carriage);
  TunnelClient opener(httpd.plain(), header("X-Room", "red") + carriage.headers);
  opener.open();
  HttpConnection later(httpd.plain());
  const auto first = later.exchange(post(tunnel_target("send", opener.id(), 0), "abc", carriage.headers));
  CHECK(first.status == 200);
  std::string got = rtmp_bytes(first);
  for (std::uint32_t number = 1; number < 50 && got.size() < FarmMember::kGreetingBytes + 3; ++number)
    got += rtmp_bytes(later.exchange(post(tunnel_target("idle", opener.id(), number), "", carriage.headers)));
  CHECK(got == greeting_of('m') + "abc");
  CHECK(later.exchange(post(tunnel_target("close", opener.id(), 60), "", carriage.headers)).status == 200);
  // And with the header an id that nobody has any more is still unknown.
  CHECK(later.exchange(post(tunnel_target("send", opener.id(), 61), "abc", header("X-Room", "red"))).status == 404);
}

TEST_CASE("A virtual host inherits routes, has its own instead, or none") {
  FarmMember of_server('s');
  FarmMember of_host('h');
  HttpdOptions options;
  options.global = route("X-Room", "^red$", of_server.url());
  const auto host = [](const std::string& name, const std::string& text) {
    return "<VirtualHost *:@PORT@>\n  ServerName " + name + "\n" + text + "</VirtualHost>\n";
  };
  options.more_hosts = host("own", route("X-Room", "^blue$", of_host.url())) + host("off", "RTMPTProxyPass !\n") +
                       host("pass", "RTMPTProxyPass " + of_host.url() + "\n");
  HttpdFixture httpd(options);
  httpd.start();
  const auto red = header("X-Room", "red");
  const auto blue = header("X-Room", "blue");
  CHECK(taker(httpd, red) == 's');
  CHECK(taker(httpd, header("Host", "own") + red) == 0);
  CHECK(taker(httpd, header("Host", "own") + blue) == 'h');
  CHECK(taker(httpd, header("Host", "off") + red) == 0);
  CHECK(taker(httpd, header("Host", "pass") + red) == 's');
  CHECK(taker(httpd, header("Host", "pass") + blue) == 'h');
}

TEST_CASE("A value that would take a pattern forever costs little, is warned of once and not written down") {
  FarmMember trapped('t');
  FarmMember media('m');
  HttpdFixture httpd(with_site(route("X-Room", "^(a+)+$", trapped.url()) + "RTMPTProxyPass " + media.url() + "\n"));
  httpd.start();
  httpd.error_log().expect("rtmpt_proxy:warn.*RTMPT040.*X-Room.*a\\+");
  auto running = begin_session(httpd.plain());
  const auto began = std::chrono::steady_clock::now();
  CHECK(taker(httpd, header("X-Room", std::string(8000, 'a') + "!")) == 'm'); // as if it did not match
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{2});
  CHECK(httpd.error_log().count("RTMPT040", 1) == 1);
  CHECK(httpd.error_log().matching("aaaaaaaa").empty());
  CHECK_NOTHROW(carry_and_return(running, 20'000, 1));
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  CHECK(taker(httpd, header("X-Room", "aaaa")) == 't');
}

TEST_CASE("Many values of that kind at once keep neither streams nor pages waiting") {
  FarmMember trapped('t');
  FarmMember media('m');
  HttpdFixture httpd(with_site(route("X-Room", "^(a+)+$", trapped.url()) + "RTMPTProxyPass " + media.url() + "\n"));
  httpd.start();
  httpd.error_log().expect("RTMPT040");
  auto running = begin_session(httpd.plain());
  std::string value; // many values in one header, each as bad as the whole
  while (value.size() < 7900)
    value += std::string(395, 'a') + "!,";
  std::vector<std::unique_ptr<HttpConnection>> hostile;
  for (int i = 0; i < 30; ++i) {
    hostile.push_back(std::make_unique<HttpConnection>(httpd.plain()));
    hostile.back()->send(post("/open/1", "x", header("X-Room", value)));
  }
  const auto began = std::chrono::steady_clock::now();
  CHECK_NOTHROW(carry_and_return(running, 50'000, 1));
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{3});
  for (const auto& connection : hostile)
    CHECK(connection->receive().status == 200);
  const auto lines = httpd.error_log().matching("RTMPT040").size(); // one for each child in five seconds
  CHECK(lines >= 1);
  CHECK(lines < 30);
}
