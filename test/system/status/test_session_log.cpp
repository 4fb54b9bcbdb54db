// SPDX-License-Identifier: Apache-2.0
// RTMPTSessionLog: one right line for each session, however it ends, and for each open that was refused.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/session_log_file.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/status_site.hpp"
#include "support/sites/tunnel_site.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <regex>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kLog = "RTMPTSessionLog logs/session.log \"%{end}r %>s %I %O %{requests}r %{way}r %{leg}r %v %a"
                             " %u %{backend}r %{kind}r %{app}r %{stream}r %{detail}r\"\n";

HttpdOptions logging(const std::string& site = {}) {
  HttpdOptions options;
  options.site = kLog + site;
  return options;
}

SessionLogFile log_of(const HttpdFixture& httpd, const std::string& name = "session.log") {
  return SessionLogFile(httpd.root() / "logs" / name);
}

// What a session log has of a session of a TunnelSite, from its end to the stream's name.
std::string line(TunnelSite& site, const std::string& end, const std::string& counts, const Carriage& carriage,
                 const std::string& rest) {
  const std::string way = carriage.handed_over ? "handed-over" : carriage.tls ? "pumped(\\+forwarded)?" : "forwarded";
  return end + " " + counts + " " + way + " " + (carriage.tls ? "rtmpts" : "rtmpt") + " localhost 127.0.0.1 - " +
         site.backend().url() + " " + rest;
}

void check_one_line(const SessionLogFile& log, const std::string& pattern) {
  const auto lines = log.wait_for(1);
  REQUIRE(lines.size() == 1);
  CAPTURE(lines.front(), pattern);
  CHECK(std::regex_match(lines.front(), std::regex(pattern)));
}

// A media server that is gone before anybody comes.
std::string dead_backend() {
  ScriptedBackend backend;
  return backend.url();
}

} // namespace

TEST_CASE("A session that its client closes has one line, with its stream and exact bytes, whatever its way") {
  const auto carriage = GENERATE(from_range(carriages()));
  CAPTURE(carriage);
  TunnelSite site(logging());
  const auto log = log_of(site.httpd());
  const std::string bytes = client_stream({connect_to("live"), start_payload("publish", "cam")});
  auto session = site.session(carriage);
  REQUIRE(session.client.send(bytes).status == 200);
  session.media->send(std::string(70'000, 'm'));
  session.client.poll_for(70'000);
  CHECK(log.lines().empty()); // it runs
  REQUIRE(session.client.close().status == 200);
  const auto requests = session.client.take_number();
  check_one_line(log, line(site, "close", "200 " + std::to_string(bytes.size()) + " 70000 " + std::to_string(requests),
                           carriage, "publish live cam -"));
  site.httpd().stop();
  CHECK(log.lines().size() == 1);
}

TEST_CASE("Each end of a session has its line") {
  const Carriage carriage = handed_over();
  TunnelSite site(logging("RTMPTSessionTimeout 1500ms\n" + status_location("RTMPTStatusControl On\n")));
  const auto log = log_of(site.httpd());
  auto session = site.session(carriage);
  REQUIRE(session.client.send("hello").status == 200);
  session.media->wait_for_bytes(5);
  std::string end;
  std::string detail = "-";
  SECTION("by its backend") {
    end = "backend-closed 200";
    session.media->close_sending();
    CHECK(happens([&] { return session.client.idle().says_close(); }));
  }
  SECTION("by its backend's reset") {
    end = "backend-closed 200";
    detail = ".*";
    session.media->reset();
    CHECK(happens([&] { return session.client.idle().says_close(); }));
  }
  SECTION("because nothing comes") {
    end = "timeout 200";
    session.media->wait_for_end();
  }
  SECTION("because its connection is gone") {
    end = "client-gone 200";
    session.client.connection().reset();
    session.media->wait_for_end();
  }
  SECTION("because a request is lost") {
    end = "lost-request 500";
    session.client.take_number();
    session.client.connection().send(session.client.request("send", session.client.take_number(), "late"));
    session.media->wait_for_end();
  }
  SECTION("by the administrator") {
    end = "administrator 200";
    const auto status = status_of(site.httpd());
    const std::string name(status.at("sessions").at(0).at("id").as_string());
    REQUIRE(post_end(site.httpd(), name, status_token(site.httpd())).status == 204);
  }
  SECTION("with httpd") {
    end = "shutdown 200";
    site.httpd().stop();
  }
  check_one_line(log, line(site, end, "5 0 [0-9]+", carriage, "- - - " + detail));
}

TEST_CASE("An open that is refused has one line, whatever refused it") {
  struct Case {
    std::string name;
    std::string site; // @BACKEND@ lives, @DEAD@ does not
    std::string error_line;
    int status;
    std::string backend;
    std::string detail;
  };
  const auto one = GENERATE(values<Case>({
      {"a limit", "RTMPTProxyPass @BACKEND@\nRTMPTMaxSessions 1\n", "", 503, "@BACKEND@", "too many sessions.*"},
      {"Require", "RTMPTProxyPass @BACKEND@\n<Location /open>\nRequire all denied\n</Location>\n", "AH01630", 403, "-",
       "HTTP status 403"},
      {"Require, with plain ProxyPass", "ProxyPass / @BACKEND@/\n<Location /open>\nRequire all denied\n</Location>\n",
       "AH01630", 403, "-", "HTTP status 403"},
      {"its backend", "RTMPTProxyPass @DEAD@\n", "RTMPT050", 503, "@DEAD@", "backend unreachable: Connection refused"},
      {"every member",
       "<Proxy balancer://m>\nBalancerMember @DEAD@\nBalancerMember @DEAD2@\n</Proxy>\n"
       "RTMPTProxyPass balancer://m\n",
       "RTMPT050", 503, "@DEAD2?@", "backend unreachable: Connection refused"},
  }));
  CAPTURE(one.name);
  FarmMember member('a');
  std::string dead = dead_backend();
  std::string dead2 = dead_backend();
  const auto filled = [&](std::string text) {
    text = replace_all(replace_all(text, "@BACKEND@", member.url()), "@DEAD@", dead);
    return replace_all(replace_all(text, "@DEAD2@", dead2), "@DEAD2?@", "(" + dead + "|" + dead2 + ")");
  };
  auto options = logging();
  options.more_modules = {"auth_basic"};
  options.plain_site = filled(one.site);
  HttpdFixture httpd(options);
  httpd.start();
  if (!one.error_line.empty()) httpd.error_log().expect(one.error_line);
  if (one.name == "every member") httpd.error_log().allow("AH01167|AH00959|AH01170");
  std::vector<FarmSession> running;
  if (one.name == "a limit") running.push_back(begin_session(httpd.plain()));
  TunnelClient client(httpd.plain());
  CHECK(client.try_open().status == one.status);
  check_one_line(log_of(httpd), "refused 503 0 0 0 - rtmpt localhost 127\\.0\\.0\\.1 - " + filled(one.backend) +
                                    " - - - " + one.detail);
}

TEST_CASE("What is no open is no refused open, and without a gateway there is no line") {
  TunnelSite site(logging());
  auto& httpd = site.httpd();
  auto first = site.session(handed_over());
  HttpConnection connection(httpd.plain());
  CHECK(connection.exchange(post("/fcs/ident2", std::string(1, '\0'))).status == 404);
  CHECK(connection.exchange(post(tunnel_target("idle", unknown_id(first.client.id()), 1), "")).status == 404);
  REQUIRE(first.client.close().status == 200);
  CHECK(fetch(httpd.plain(), "/open/1").status == 404);
  CHECK(fetch(httpd.plain(), "/").status == 200);
  httpd.error_log().expect("RTMPT060");
  const auto gateway = httpd.gateway_pid();
  REQUIRE(kill(gateway, SIGSTOP) == 0);
  TunnelClient client(httpd.plain());
  CHECK(client.try_open().status == 503);
  // Going on, it may open the session that nobody waits for any more; that one ends by its timeout.
  REQUIRE(kill(gateway, SIGCONT) == 0);
  auto session = site.session(handed_over());
  session.client.close();
  CHECK(log_of(httpd).wait_for(2).size() == 2);
}

TEST_CASE("Virtual hosts have logs of their own, share one, inherit it, or have none") {
  FarmMember member('a');
  const std::string pass = "  RTMPTProxyPass " + member.url() + "\n";
  const auto host = [&](const std::string& name, const std::string& directive) {
    return "<VirtualHost *:@PORT@>\n  ServerName " + name + "\n" + pass + directive + "</VirtualHost>\n";
  };
  HttpdOptions options;
  options.global = "RTMPTSessionLog logs/shared.log \"%v %{end}r\"\n";
  options.more_hosts =
      host("inherits", "") + host("names-it", "RTMPTSessionLog @ROOT@/logs/shared.log \"%v %{end}r\"\n") +
      host("own", "RTMPTSessionLog logs/own.log \"%v\"\n") +
      host("other-format", "RTMPTSessionLog logs/shared.log \"[%v]\"\n") + host("none", "RTMPTSessionLog off\n");
  HttpdFixture httpd(options);
  httpd.start();
  for (const std::string name : {"inherits", "names-it", "own", "other-format", "none"}) {
    CAPTURE(name);
    auto session = begin_session(httpd.plain(), "Host: " + name + "\r\n");
    CHECK(session.client.close().status == 200);
    REQUIRE(happens([&] { return member.live() == 0; }));
  }
  CHECK(log_of(httpd, "own.log").wait_for(1) == std::vector<std::string>{"own"});
  CHECK(log_of(httpd, "shared.log").wait_for(3) ==
        std::vector<std::string>{"inherits close", "names-it close", "[other-format]"});
  CHECK(std::distance(std::filesystem::directory_iterator(httpd.root() / "logs"), {}) > 0);
}

TEST_CASE("Whatever a client says stays in its line, and no key of it comes into a log") {
  HttpdOptions options;
  options.site =
      "RTMPTSessionLog logs/session.log combined\nRTMPTSessionLog logs/session.log \"%{app}r|%{stream}r|%r\"\n";
  TunnelSite site(options);
  const std::vector<std::pair<std::string, std::string>> names = {
      {"plain?key=hushhush", "plain"},           {"two\nlines", R"(two\nlines)"},
      {"a\"quote\\", R"(a\"quote\\)"},           {std::string("\x01\x1b[2J", 5), R"(\x01\x1b[2J)"},
      {"bad\xff\xfeutf8", R"(bad\xff\xfeutf8)"}, {"<script>alert(1)</script>", "<script>alert(1)</script>"},
  };
  const auto log = log_of(site.httpd());
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto session = site.session(handed_over());
    const std::string bytes =
        client_stream({connect_to("live?token=hushhush"), start_payload("publish", names[i].first)});
    REQUIRE(session.client.send(bytes).status == 200);
    REQUIRE(session.client.close().status == 200);
    const auto lines = log.wait_for(i + 1);
    REQUIRE(lines.size() == i + 1);
    CAPTURE(lines.back());
    CHECK(lines.back().starts_with("live|" + names[i].second + "|PUBLISH rtmpt://localhost/live/"));
    for (const char c : lines.back())
      CHECK(static_cast<unsigned char>(c) >= 0x20);
  }
  for (const auto& entry : std::filesystem::directory_iterator(site.httpd().root() / "logs"))
    CHECK(read_file(entry.path()).find("hushhush") == std::string::npos);
}

TEST_CASE("A session log that cannot be opened stops httpd from starting") {
  const std::string directive =
      GENERATE("RTMPTSessionLog no/such/folder/x.log", "RTMPTSessionLog \"|/no/such/program\"");
  CAPTURE(directive);
  HttpdOptions options;
  options.global = directive + "\n";
  HttpdFixture httpd(options);
  const auto id = directive.find('|') == std::string::npos ? "RTMPT160" : "RTMPT161";
  const auto tested = httpd.configtest();
  CHECK(tested.exit_code != 0);
  CHECK(tested.output.find(id) != std::string::npos);
  std::string said;
  try {
    httpd.start();
  } catch (const std::exception& error) {
    said = error.what();
  }
  CAPTURE(said);
  CHECK(said.find(id) != std::string::npos);
}
