// SPDX-License-Identifier: Apache-2.0
// The configuration files that are installed and documented are ones that httpd takes, and that do what they say.
#include "support/clients/tunnel_client.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/built.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/scripted_backend.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <vector>

using namespace rtmpt_proxy::test;

namespace {

const std::filesystem::path kFolder = built::conf_folder();

std::vector<std::string> examples() {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder / "examples"))
    found.push_back(entry.path().string());
  return found;
}

// The example's virtual host comes before the fixture's own, so it is the one that serves every name.
HttpdOptions with_example(const std::string& definitions, const std::string& example) {
  HttpdOptions options;
  options.more_modules = {"proxy_hcheck"};
  options.global = "Define SITE_PORT @PORT@\nDefine TUNNEL_PORT @PORT@\nDefine SITE_ROOT @ROOT@/htdocs\n" +
                   definitions + "Include " + example + "\n";
  return options;
}

TunnelClient client_of(const HttpdFixture& httpd, const std::string& host) {
  return TunnelClient(httpd.plain(), "Host: " + host + "\r\n");
}

} // namespace

TEST_CASE("Every example passes the configuration test, with rtmpt_proxy.conf and rpaf.conf too") {
  REQUIRE(examples().size() >= 4);
  for (const auto& example : examples()) {
    CAPTURE(example);
    auto options = with_example("", example);
    for (const std::string file : {"rtmpt_proxy.conf", "rpaf.conf"})
      options.global += "Include " + (kFolder / file).string() + "\n";
    const auto result = HttpdFixture(options).configtest();
    CAPTURE(result.output);
    CHECK(result.exit_code == 0);
    for (const std::string level : {":warn]", ":error]"})
      CHECK(result.output.find(level) == std::string::npos);
  }
}

TEST_CASE("The example of several media servers spreads sessions by weight and keeps one in reserve") {
  ScriptedBackend one;
  ScriptedBackend three;
  ScriptedBackend reserve;
  HttpdFixture httpd(with_example("Define MEDIA_SERVER_1 " + one.url() + "\nDefine MEDIA_SERVER_2 " + three.url() +
                                      "\nDefine MEDIA_SERVER_3 " + reserve.url() + "\n",
                                  (kFolder / "examples/several-media-servers.conf").string()));
  httpd.start();
  const std::string said = "said by the client";
  std::size_t at_one = 0;
  std::size_t at_three = 0;
  std::vector<TunnelClient> clients;
  std::vector<std::unique_ptr<BackendConnection>> checks_and_sessions;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(client_of(httpd, "live.example.com"));
    clients.back().open();
    clients.back().send(said);
  }
  // Health checks connect too, and say nothing.
  const auto heard = [&](ScriptedBackend& backend, std::size_t& count) {
    while (backend.has_connection(Deadline(std::chrono::milliseconds(0)))) {
      checks_and_sessions.push_back(backend.accept());
      const auto& connection = *checks_and_sessions.back();
      happens([&] { return connection.received_bytes() == said.size() || connection.ended(); });
      count += connection.received() == said;
    }
  };
  std::size_t at_reserve = 0;
  heard(one, at_one);
  heard(three, at_three);
  heard(reserve, at_reserve);
  CHECK(at_one == 2);
  CHECK(at_three == 6);
  CHECK(at_reserve == 0);
}

TEST_CASE("The example with two names on one port tells streams by the whole name") {
  ScriptedBackend media;
  HttpdFixture httpd(with_example("Define MEDIA_SERVER " + media.url() + "\n",
                                  (kFolder / "examples/pages-and-rtmpt-by-name.conf").string()));
  httpd.start();
  std::vector<std::unique_ptr<BackendConnection>> sessions;
  for (const std::string name : {"rtmpt.example.com", "rtmpt.example.com:80", "RTMPT.Example.com:8080"}) {
    CAPTURE(name);
    CHECK_NOTHROW(client_of(httpd, name).open());
    CHECK_NOTHROW(sessions.emplace_back(media.accept()));
  }
  for (const std::string name :
       {"www.example.com", "rtmpt.example.com.evil.example", "xrtmpt.example.com", "rtmptxexample.com"}) {
    CAPTURE(name);
    CHECK(client_of(httpd, name).try_open().status == 404);
    HttpConnection page(httpd.plain());
    CHECK(page.exchange("GET / HTTP/1.1\r\nHost: " + name + "\r\n\r\n").body == kPageText);
  }
  CHECK_FALSE(media.has_connection(Deadline(std::chrono::milliseconds(0))));
}

TEST_CASE("rpaf.conf with its lines uncommented passes the configuration test and restores") {
  HttpdOptions options;
  options.global = "Header always set X-Client \"expr=%{REMOTE_ADDR}\"\n";
  for (const auto& line : lines_of(read_file(kFolder / "rpaf.conf")))
    options.global += line.starts_with("  #RPAF") ? line.substr(3) + "\n" : line + "\n";
  HttpdFixture httpd(options);
  httpd.start(false);
  HttpConnection connection(httpd.plain());
  CHECK(connection.exchange(get("/", "X-Forwarded-For: 203.0.113.9\r\n")).header("X-Client") == "203.0.113.9");
}

TEST_CASE("rtmpt_proxy.conf's logs, uncommented, tell pages from streams") {
  HttpdOptions options;
  options.global = "LogFormat \"%r\" combined\n";
  for (const auto& line : lines_of(read_file(kFolder / "rtmpt_proxy.conf"))) {
    const bool is_log = line.starts_with("  #CustomLog") || line.starts_with("  #LogFormat");
    options.global += replace_all(is_log ? line.substr(3) : line, "${APACHE_LOG_DIR}", "@ROOT@/logs") + "\n";
  }
  options.global = replace_all(options.global, "logs/access.log", "logs/pages.log");
  TunnelSite site(options);
  auto session = site.session(forwarded());
  for (int i = 0; i < 5; ++i)
    CHECK(session.client.idle().status == 200);
  CHECK(session.client.close().status == 200);
  const auto logs = site.httpd().root() / "logs";
  REQUIRE(happens([&] { return lines_of(read_file(logs / "streams.log")).size() == 2; }));
  const auto streams = lines_of(read_file(logs / "streams.log"));
  CHECK(streams[0].find(" forwarded " + site.backend().url() + " - - -") != std::string::npos);
  CHECK(streams[1].find(" 200 ") != std::string::npos);
  CHECK(site.httpd().access_count("POST ", 7) == 7); // the fixture's own log has them all
  for (const auto& line : lines_of(read_file(logs / "pages.log")))
    CHECK(line == "GET / HTTP/1.1");
  CHECK(fetch(site.httpd().plain(), "/").status == 200);
  CHECK_FALSE(lines_of(read_file(logs / "pages.log")).empty());
}
