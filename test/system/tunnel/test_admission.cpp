// SPDX-License-Identifier: Apache-2.0
// Who gets a session: which requests the module claims, and which of them it admits.
#include "support/clients/http_connection.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds kNobodyComes{150}; // long enough for a connection that should not be made

// A host of the same httpd with the module turned off: what it answers is what httpd answers by itself.
constexpr const char* kHostWithoutStreams = "<VirtualHost *:@PORT@>\n  ServerName without\n  RTMPTProxyPass !\n"
                                            "</VirtualHost>\n";

HttpdOptions with_hosts(const std::string& hosts) {
  HttpdOptions options;
  options.more_hosts = hosts;
  return options;
}

std::string request_text(const std::string& method, const std::string& target, const std::string& host) {
  return method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 1\r\nConnection: close\r\n\r\n" +
         std::string(1, '\0');
}

} // namespace

TEST_CASE("Requests that are not of a tunnel are answered as if the module were not there") {
  TunnelSite site(with_hosts(kHostWithoutStreams));
  const auto htdocs = site.httpd().document_root();
  std::filesystem::create_directories(htdocs / "open");
  write_file(htdocs / "open/1", "a local file named like a tunnel request\n");

  const std::vector<std::pair<std::string, std::string>> requests{
      {"GET", "/"},
      {"GET", "/open/1"},
      {"PUT", "/open/1"},
      {"OPTIONS", "/open/1"},
      {"GET", "/send/abc/1"},
      {"POST", "/"},
      {"POST", "/open"},
      {"POST", "/open/2"},
      {"POST", "/opened/1"},
      {"POST", "/open/1/x"},
      {"POST", "/send"},
      {"POST", "/send/"},
      {"POST", "/send/newsletter"},
      {"POST", "/send/abc/1"},
      {"POST", "/sender/abc/1"},
      {"POST", "/x/open/1"},
      {"POST", "/fcs"},
      {"POST", "/fcs/identity"},
      {"POST", "/idle"},
      {"POST", "/idle/x"},
      {"POST", "/close/my-account"},
      {"POST", "/closed/abc/1"},
      {"GET", "/fcs/ident2"},
      {"POST", "/OPEN/1"},
      {"POST", "/fcs/xyz"},
      {"DELETE", "/close/abc/1"},
  };
  for (const auto& [method, target] : requests) {
    CAPTURE(method, target);
    HttpConnection with_streams(site.httpd().plain());
    HttpConnection without(site.httpd().plain());
    const auto got = with_streams.exchange(request_text(method, target, "localhost"));
    const auto wanted = without.exchange(request_text(method, target, "without"));
    CHECK(got.status == wanted.status);
    // httpd's own error pages name the host they are of.
    CHECK(replace_all(got.body, "localhost", "without") == wanted.body);
  }
  CHECK_FALSE(site.backend().has_connection(Deadline(kNobodyComes)));
}

TEST_CASE("An ident request gets 404 from the module and never a local file") {
  TunnelSite site;
  std::filesystem::create_directories(site.httpd().document_root() / "fcs");
  for (const std::string name : {"ident", "ident2"}) {
    write_file(site.httpd().document_root() / "fcs" / name, "a local file\n");
    for (const auto& carriage : carriages()) {
      CAPTURE(name, carriage.name);
      auto client = site.client(carriage);
      const auto reply = client.connection().exchange(post("/fcs/" + name, std::string(1, '\0'), carriage.headers));
      CHECK(reply.status == 404);
      CHECK(reply.body.find("a local file") == std::string::npos);
    }
  }
}

TEST_CASE("Require refuses a session, and the backend hears nothing of it") {
  const std::string where = GENERATE("/open", "/");
  const auto carriage = GENERATE(from_range(carriages()));
  CAPTURE(where, carriage);
  HttpdOptions options;
  options.site = "<Location \"" + where + "\">\n  Require ip 192.0.2.1\n</Location>\n";
  TunnelSite site(options);
  site.httpd().error_log().expect("AH01630"); // client denied by server configuration
  auto client = site.client(carriage);
  CHECK(client.try_open().status == 403);
  CHECK_FALSE(site.backend().has_connection(Deadline(kNobodyComes)));
  CHECK(fetch(site.httpd().plain(), "/").status == (where == "/" ? 403 : 200));
}

TEST_CASE("Require on the path of send holds for the requests of a session, too") {
  HttpdOptions options;
  options.site = "<Location \"/send\">\n  Require ip 192.0.2.1\n</Location>\n";
  TunnelSite site(options);
  site.httpd().error_log().expect("AH01630");
  auto session = site.session(forwarded());
  CHECK(session.client.idle().status == 200);
  CHECK(session.client.send("these bytes").status == 403);
  CHECK(session.media->received().empty());
}

TEST_CASE("A session works over IPv6") {
  TunnelSite site;
  TunnelSession session{TunnelClient(site.httpd().plain_v6()), nullptr};
  session.client.open();
  session.media = site.backend().accept();
  CHECK_NOTHROW(carry_both_ways(session, 100'000, 1));
}

TEST_CASE("A handed-over or pumped connection is served without httpd, a forwarded one by httpd") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    for (int i = 0; i < 5; ++i)
      REQUIRE(session.client.send("x").status == 200);
    REQUIRE(session.media->wait_for_bytes(5) == "xxxxx");
    session.client.connection().reset(); // httpd logs at the end of a request: nothing is on its way now
    const auto pattern = "/send/" + session.client.id() + "/[0-9]+ HTTP/1.1 200";
    const std::size_t wanted = carriage.handed_over || carriage.tls ? 0 : 5;
    CHECK(happens([&] { return site.httpd().access_count(pattern) == wanted; }));
    CHECK(happens([&] { return site.httpd().access_count("POST /open/1 HTTP/1.1 200") >= 1; }));
  }
}

TEST_CASE("RTMPTHandOver Off and each sign of an intermediary keep the connection with httpd") {
  const auto [site_text, header] = GENERATE(table<std::string, std::string>({{"RTMPTHandOver Off\n", ""},
                                                                             {"", "Via: 1.1 proxy\r\n"},
                                                                             {"", "X-Forwarded-For: 192.0.2.7\r\n"},
                                                                             {"", "Forwarded: for=192.0.2.7\r\n"}}));
  CAPTURE(site_text, header);
  HttpdOptions options;
  options.site = site_text;
  TunnelSite site(options);
  auto session = site.session(Carriage{"", false, header, false});
  CHECK(session.client.send("x").status == 200);
  CHECK(session.media->wait_for_bytes(1) == "x");
  // A connection that httpd kept serves its pages as well.
  CHECK(session.client.connection().exchange(get("/")).body == kPageText);
}

TEST_CASE("A virtual host inherits, overrides and turns off RTMPTProxyPass") {
  ScriptedBackend of_server;
  ScriptedBackend of_host;
  HttpdOptions options;
  options.global = "RTMPTProxyPass " + of_server.url() + "\n";
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName overrides\n  RTMPTProxyPass " + of_host.url() +
                       "\n</VirtualHost>\n" + kHostWithoutStreams;
  HttpdFixture httpd(options);
  httpd.start();
  TunnelClient inherits(httpd.plain());
  inherits.open();
  CHECK_NOTHROW(of_server.accept());
  TunnelClient overrides(httpd.plain(), "Host: overrides\r\n");
  overrides.open();
  CHECK_NOTHROW(of_host.accept());
  TunnelClient without(httpd.plain(), "Host: without\r\n");
  CHECK(without.try_open().status == 404);
  CHECK_FALSE(of_server.has_connection(Deadline(kNobodyComes)));
}

TEST_CASE("A session id is unknown on another virtual host") {
  HttpdOptions options;
  ScriptedBackend backend;
  options.global = "RTMPTProxyPass " + backend.url() + "\n";
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName other\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  TunnelSession session{TunnelClient(httpd.plain()), nullptr};
  session.client.open();
  session.media = backend.accept();
  for (const std::string via : {"", "Via: 1.1 a-test\r\n"}) {
    CAPTURE(via);
    HttpConnection intruder(httpd.plain());
    const auto target = tunnel_target("send", session.client.id(), 0);
    CHECK(intruder.exchange(post(target, "stolen", "Host: other\r\n" + via)).status == 404);
  }
  CHECK(session.client.send("mine").status == 200);
  CHECK(session.media->wait_for_bytes(4) == "mine");
}

TEST_CASE("ProxyPass with the scheme rtmp makes a host that is nothing but a tunnel") {
  ScriptedBackend backend;
  HttpdOptions options;
  options.more_hosts =
      "<VirtualHost *:@PORT@>\n  ServerName tunnel\n  ProxyPass / " + backend.url() + "/\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  const std::string via = GENERATE("", "Via: 1.1 a-test\r\n");
  CAPTURE(via);
  TunnelSession session{TunnelClient(httpd.plain(), "Host: tunnel\r\n" + via), nullptr};
  session.client.open();
  session.media = backend.accept();
  CHECK_NOTHROW(carry_both_ways(session, 50'000, 5));
  HttpConnection page(httpd.plain());
  CHECK(page.exchange(get("/", "Host: tunnel\r\n")).status == 404);
}
