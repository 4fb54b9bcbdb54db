// SPDX-License-Identifier: Apache-2.0
// What a load balancer is told by rtmpt-health, and which methods the handlers take.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/rtmptctl.hpp"
#include "support/os/free_port.hpp"
#include "support/peers/farm_member.hpp"
#include "support/sites/status_site.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kHealth = "<Location \"/health\">\n  SetHandler rtmpt-health\n</Location>\n";

HttpResponse health(const HttpdFixture& httpd) {
  return fetch(httpd.plain(), "/health");
}

HttpResponse ask(const HttpdFixture& httpd, const std::string& method, const std::string& path = "/health") {
  HttpConnection connection(httpd.plain());
  connection.send(method + " " + path +
                  " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  HttpResponse answer;
  std::string bytes;
  for (std::string piece = connection.stream().read_some(Deadline{}); !piece.empty();
       piece = connection.stream().read_some(Deadline{}))
    bytes += piece;
  const auto end = bytes.find("\r\n\r\n");
  answer.head = bytes.substr(0, end + 4);
  answer.body = bytes.substr(end + 4);
  answer.status = std::stoi(answer.head.substr(9, 3));
  return answer;
}

// The methods of Allow, in the order of the alphabet; TRACE is the server's own matter.
std::vector<std::string> allowed(const HttpResponse& answer) {
  std::string text = answer.header("Allow").value_or("");
  std::vector<std::string> methods;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    if (const std::string one = text.substr(begin, comma - begin); one != "TRACE") methods.push_back(one);
    begin = comma + 1;
  }
  std::sort(methods.begin(), methods.end());
  return methods;
}

void check_bad(const HttpResponse& answer, const std::string& reason) {
  CAPTURE(answer.head, answer.body);
  CHECK(answer.status == 503);
  CHECK(answer.body == reason + "\n");
  CHECK(answer.header("Cache-Control").value_or("") == "no-store");
}

} // namespace

TEST_CASE("A site that can take a stream says ok, to GET and HEAD alone") {
  TunnelSite site(site_with(kHealth));
  const auto good = health(site.httpd());
  CHECK(good.status == 200);
  CHECK(good.body == "ok\n");
  CHECK(good.header("Cache-Control").value_or("") == "no-store");
  CHECK(good.header("Content-Type").value_or("") == "text/plain; charset=utf-8");
  const auto head = ask(site.httpd(), "HEAD");
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK(head.header("Content-Length").value_or("") == "3");
  for (const char* const method : {"POST", "PUT", "DELETE"}) {
    const auto refused = ask(site.httpd(), method);
    CHECK(refused.status == 405);
    CHECK(allowed(refused) == std::vector<std::string>{"GET", "HEAD"});
  }
}

TEST_CASE("The status page names the methods that it takes") {
  HttpdOptions options = site_with(status_location());
  options.site += status_location("  RTMPTStatusControl On\n", "/control");
  TunnelSite site(options);
  CHECK(allowed(ask(site.httpd(), "PUT", kStatusPath)) == std::vector<std::string>{"GET", "HEAD"});
  CHECK(allowed(ask(site.httpd(), "PUT", "/control")) == std::vector<std::string>{"GET", "HEAD", "POST"});
  CHECK(ask(site.httpd(), "HEAD", kStatusPath).status == 200);
}

TEST_CASE("A virtual host without streams is not well for streams") {
  HttpdOptions options;
  options.site = kHealth;
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName streams\n  RTMPTProxyPass rtmp://127.0.0.1:1935\n"
                       "</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  check_bad(health(httpd), "RTMPT171: this virtual host carries no streams");
}

TEST_CASE("A gateway that hangs makes the answer 503 at once, and 200 when it goes on") {
  TunnelSite site(site_with(kHealth));
  site.httpd().error_log().allow("rtmpt_proxy");
  REQUIRE(health(site.httpd()).status == 200);
  const pid_t gateway = site.httpd().gateway_pid();
  REQUIRE(kill(gateway, SIGSTOP) == 0);
  const auto began = std::chrono::steady_clock::now();
  check_bad(health(site.httpd()), "RTMPT060: rtmpt-gateway does not answer");
  CHECK(since(began) < 4s); // a second's patience, and a busy machine
  REQUIRE(kill(gateway, SIGCONT) == 0);
  CHECK(happens([&] { return health(site.httpd()).status == 200; }));
}

TEST_CASE("A media server that refused the last stream is not well until it takes one, or some seconds have passed") {
  const std::uint16_t port = free_port();
  HttpdOptions options;
  options.site = "RTMPTProxyPass rtmp://127.0.0.1:" + std::to_string(port) + "\n" + kHealth + status_location();
  HttpdFixture httpd(options);
  httpd.error_log().expect("RTMPT050");
  httpd.start();
  CHECK(health(httpd).status == 200); // nobody has tried yet
  TunnelClient refused(httpd.plain());
  REQUIRE(refused.try_open().status == 503);
  check_bad(health(httpd), "RTMPT050: the media server takes no new session");
  const auto is_up = [&] { // as the alerts see it
    const std::string metrics = ask(httpd, "GET", std::string(kStatusPath) + "?metrics").body;
    const std::size_t at = metrics.find("\nrtmpt_backend_up{");
    REQUIRE(at != std::string::npos);
    return metrics[metrics.find("} ", at) + 2];
  };
  CHECK(is_up() == '0');
  const auto head = ask(httpd, "HEAD");
  CHECK(head.status == 503);
  CHECK(head.body.empty());
  ScriptedBackend backend(0, port);
  TunnelClient client(httpd.plain());
  REQUIRE(client.try_open().status == 200);
  const auto session = backend.accept();
  CHECK(health(httpd).status == 200);
  CHECK(is_up() == '1');
}

TEST_CASE("A balancer is well as long as one member is, a standby among them") {
  FarmMember a('a');
  FarmMember b('b');
  HttpdOptions options;
  options.plain_site =
      balancer_section("media", {a.url(), b.url() + " status=+H"}, "") + "RTMPTProxyPass balancer://media\n" + kHealth;
  HttpdFixture httpd(options);
  httpd.start();
  const Rtmptctl ctl(httpd);
  CHECK(health(httpd).status == 200);
  REQUIRE(ctl.run({"drain", a.url()}).exit_code == 0);
  CHECK(health(httpd).status == 200);
  REQUIRE(ctl.run({"drain", b.url()}).exit_code == 0);
  check_bad(health(httpd), "RTMPT050: none of 2 media servers takes a new session");
  REQUIRE(ctl.run({"enable", b.url()}).exit_code == 0);
  CHECK(health(httpd).status == 200);
}

TEST_CASE("A member in error is well again when mod_proxy would try it, although nobody has") {
  HttpdOptions options;
  options.plain_site = balancer_section("media", {"rtmp://127.0.0.1:" + std::to_string(free_port()) + " retry=1"}, "") +
                       "RTMPTProxyPass balancer://media\n" + kHealth;
  HttpdFixture httpd(options);
  httpd.error_log().expect("RTMPT050");
  httpd.error_log().allow("AH01167"); // no member is left
  httpd.start();
  TunnelClient refused(httpd.plain());
  REQUIRE(refused.try_open().status == 503);
  check_bad(health(httpd), "RTMPT050: the media server takes no new session");
  // Else a load balancer that believes the answer would never send the stream that tries it again.
  CHECK(happens([&] { return health(httpd).status == 200; }, Deadline(kPatience)));
}
