// SPDX-License-Identifier: Apache-2.0
// The access log: which lines are of the tunnel, and what they say of its sessions.
#include "support/clients/farm_sessions.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/rtmp_words.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// One line: what was asked, its answer, the variable, and each word.
constexpr const char* kLogs = R"(
LogFormat "%m %U %>s|%{rtmpt-tunnel}e|%{way}^RT|%{session}^RT|%{backend}^RT|%{app}^RT|%{stream}^RT|%{kind}^RT" words
CustomLog @ROOT@/logs/words.log words
CustomLog @ROOT@/logs/quiet.log "%m %U %>s" env=!rtmpt-tunnel
CustomLog @ROOT@/logs/polls.log "%m %U %>s" "expr=reqenv('rtmpt-tunnel') =~ /^(send|idle)$/"
SetEnvIf rtmpt-tunnel ^(open|close)$ ends-of-session
CustomLog @ROOT@/logs/ends.log "%m %U %>s" env=ends-of-session
)";

HttpdOptions logging(const std::string& more = {}) {
  HttpdOptions options;
  options.global = kLogs + more;
  return options;
}

std::vector<std::string> log_lines(HttpdFixture& httpd, const std::string& name) {
  return lines_of(read_file(httpd.root() / "logs" / name));
}

// Of words.log, without the pages by which the fixture finds out that httpd runs.
std::vector<std::string> word_lines(HttpdFixture& httpd) {
  auto lines = log_lines(httpd, "words.log");
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("GET /index.html 200|"); });
  return lines;
}

void await_words(HttpdFixture& httpd, std::size_t count) {
  happens([&] { return word_lines(httpd).size() >= count; });
  CHECK(word_lines(httpd).size() == count);
}

std::vector<std::string> quiet_lines(HttpdFixture& httpd) {
  auto lines = log_lines(httpd, "quiet.log");
  std::erase(lines, "GET /index.html 200");
  return lines;
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == '|')
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

// The session's name in a line, which is public and not the id.
std::string name_in(const std::string& line, const TunnelClient& client) {
  const auto fields = fields_of(line);
  REQUIRE(fields.size() == 8);
  CHECK(fields[3].size() > 4);
  CHECK(client.id().find(fields[3]) == std::string::npos);
  CHECK(fields[3].find(client.id()) == std::string::npos);
  return fields[3];
}

// Says who it is to the backend; the gateway knows when the backend has it all.
void introduce(TunnelSession& session, const std::string& app, const std::string& command, const std::string& stream) {
  const auto words = rtmp_words(app, command, stream);
  REQUIRE(session.client.send(words).status == 200);
  session.media->wait_for_bytes(words.size());
}

} // namespace

TEST_CASE("Forwarded requests are logged with what the gateway knows of their session") {
  const std::string command = GENERATE("publish", "play");
  CAPTURE(command);
  TunnelSite site(logging());
  auto session = site.session(forwarded());
  introduce(session, "live/", command, "camera");
  for (int i = 0; i < 3; ++i)
    CHECK(session.client.idle().status == 200);
  CHECK(session.client.close().status == 200);
  await_words(site.httpd(), 6);
  const auto lines = word_lines(site.httpd());
  const auto name = name_in(lines.front(), session.client);
  const auto known = "|forwarded|" + name + "|" + site.backend().url() + "|";
  CHECK(lines[0] == "POST /open/1 200|open" + known + "-|-|-");
  CHECK(lines[1].starts_with("POST /send/" + session.client.id() + "/0 200|send" + known));
  for (int i = 2; i < 5; ++i)
    CHECK(lines[static_cast<std::size_t>(i)] == "POST /idle/" + session.client.id() + "/" + std::to_string(i - 1) +
                                                    " 200|idle" + known + "live|camera|" + command);
  CHECK(lines[5] == "POST /close/" + session.client.id() + "/4 200|close" + known + "live|camera|" + command);
  CHECK(quiet_lines(site.httpd()).empty());
  CHECK(log_lines(site.httpd(), "polls.log").size() == 4);
  CHECK(log_lines(site.httpd(), "ends.log") ==
        std::vector<std::string>{"POST /open/1 200", "POST /close/" + session.client.id() + "/4 200"});
}

TEST_CASE("Handed over and pumped sessions leave the line of their open, and of each later connection") {
  const auto carriage = GENERATE(handed_over(), Carriage{"over TLS", true, "", false});
  CAPTURE(carriage);
  TunnelSite site(logging());
  auto session = site.session(carriage);
  introduce(session, "live", "publish", "camera");
  for (int i = 0; i < 20; ++i)
    CHECK(session.client.idle().status == 200);
  const std::string way = carriage.handed_over ? "handed-over" : "forwarded";
  await_words(site.httpd(), 1);
  const auto line = word_lines(site.httpd()).front();
  const auto name = name_in(line, session.client);
  CHECK(line == "POST /open/1 200|open|" + way + "|" + name + "|" + site.backend().url() + "|-|-|-");

  session.client.reconnect();
  CHECK(session.client.idle().status == 200);
  CHECK(session.client.close().status == 200);
  await_words(site.httpd(), 2);
  const auto known = carriage.handed_over ? "-|-|-|-|-" : name + "|" + site.backend().url() + "|live|camera|publish";
  CHECK(word_lines(site.httpd()).back() == "POST /idle/" + session.client.id() + "/21 200|idle|" + way + "|" + known);
  CHECK(quiet_lines(site.httpd()).empty());
}

TEST_CASE("HTTP/2 requests are marked and named as well") {
  auto options = logging("Protocols h2 http/1.1\n");
  options.more_modules = {"http2"};
  TunnelSite site(options);
  const auto url = "https://localhost:" + std::to_string(site.httpd().tls().port) + "/open/1";
  const auto result = run_command({"curl", "--silent", "--show-error", "--insecure", "--http2", "--data-binary", "0",
                                   "--output", "/dev/null", "--write-out", "%{http_version} %{response_code}", url});
  CHECK(result.output == "2 200");
  await_words(site.httpd(), 1);
  const auto fields = fields_of(word_lines(site.httpd()).front());
  REQUIRE(fields.size() == 8);
  CHECK(fields[1] == "open");
  CHECK(fields[2] == "forwarded");
  CHECK(fields[3].size() > 4);
  CHECK(fields[4] == site.backend().url());
  CHECK(quiet_lines(site.httpd()).empty());
}

TEST_CASE("Hostile names are escaped as httpd escapes, in one line each, and no query is logged") {
  struct Name {
    std::string raw;
    std::string logged;
  };
  using namespace std::string_literals;
  const auto name =
      GENERATE(Name{"a\"b\\c", R"(a\"b\\c)"}, Name{"<script>alert(1)</script>", "<script>alert(1)</script>"},
               Name{"a\nb\r\tc", R"(a\nb\r\tc)"}, Name{"\x1b[31m\x7f", R"(\x1b[31m\x7f)"}, Name{"a\0b"s, R"(a\x00b)"},
               Name{"\0"s, R"(\x00)"}, Name{"\xff\xfe\xc3", R"(\xff\xfe\xc3)"}, Name{"caf\xc3\xa9", R"(caf\xc3\xa9)"},
               Name{"%{x}e%s", "%{x}e%s"}, Name{std::string(60'000, 'x'), std::string(255, 'x')});
  CAPTURE(name.logged);
  TunnelSite site(logging());
  auto session = site.session(forwarded());
  introduce(session, "live?token=secret1", "publish", name.raw + "?key=secret2");
  CHECK(session.client.idle().status == 200);
  CHECK(session.client.close().status == 200);
  await_words(site.httpd(), 4);
  const auto line = word_lines(site.httpd())[2];
  const std::string end = "|live|" + name.logged + "|publish";
  INFO(line);
  CHECK(line.ends_with(end));
  for (const auto* file : {"words.log", "error.log", "access.log", "quiet.log", "polls.log"}) {
    CAPTURE(file);
    const auto text = read_file(site.httpd().root() / "logs" / file);
    CHECK(text.find("secret") == std::string::npos);
  }
}

TEST_CASE("A request that the gateway refuses names the session that it is about, if there is one") {
  TunnelSite site(logging());
  auto session = site.session(forwarded());
  const auto& id = session.client.id();
  CHECK(session.client.send("x").status == 200);
  CHECK(session.client.connection().exchange(session.client.request("idle", 900, "")).status == 400);
  session.client.reconnect();
  CHECK(session.client.connection().exchange(session.client.request("send", 1, "whole")).status == 200);
  {
    // Cut off in the middle of its body.
    TunnelClient other(site.httpd().plain(), forwarded().headers);
    other.connection().send("POST /send/" + id + "/2 HTTP/1.1\r\nHost: localhost\r\n" + forwarded().headers +
                            "Content-Length: 50\r\n\r\nonly this");
  }
  await_words(site.httpd(), 5);
  const auto lines = word_lines(site.httpd());
  const auto named = "forwarded|" + name_in(lines.front(), session.client) + "|" + site.backend().url();
  // A line is written when its request is done with, which the next one may be before.
  CAPTURE(lines);
  const auto has = [&lines](const std::string& part) {
    return std::any_of(lines.begin(), lines.end(),
                       [&part](const std::string& line) { return line.find(part) != std::string::npos; });
  };
  CHECK(has("/900 400|idle|" + named));
  CHECK(has("/2 400|send|" + named));
  TunnelClient stranger(site.httpd().plain(), forwarded().headers);
  const auto unknown = tunnel_target("idle", unknown_id(session.client.id()), 1);
  CHECK(stranger.connection().exchange(post(unknown, "", forwarded().headers)).status == 404);
  await_words(site.httpd(), 6);
  CHECK(word_lines(site.httpd()).back() == "POST " + unknown + " 404|idle|forwarded|-|-|-|-|-");
  CHECK(quiet_lines(site.httpd()).empty());
}

TEST_CASE("A format without a good word in its braces stops httpd, which says where it is") {
  struct Bad {
    std::string line;
    std::string quoted;
  };
  const auto bad = GENERATE(
      Bad{"LogFormat \"%h %{bytes}^RT\" mine", "'%{bytes}^RT'"}, Bad{"CustomLog logs/x.log \"%^RT\"", "'%{}^RT'"},
      Bad{"<VirtualHost *:1>\nCustomLog logs/x.log \"%{Session}^RT\"\n</VirtualHost>", "'%{Session}^RT'"},
      Bad{"<IfModule rtmpt_proxy_module>\nGlobalLog logs/x.log \"%{id}^RT\"\n</IfModule>", "'%{id}^RT'"});
  CAPTURE(bad.line);
  HttpdOptions options;
  options.global = bad.line + "\n";
  HttpdFixture httpd(options);
  const auto result = httpd.configtest();
  INFO(result.output);
  CHECK(result.exit_code != 0);
  CHECK(result.output.find("RTMPT140") != std::string::npos);
  CHECK(result.output.find(bad.quoted) != std::string::npos);
  CHECK(result.output.find("session, backend, app, stream, kind or way") != std::string::npos);
  CHECK(result.output.find("httpd.conf:") != std::string::npos);
  options.global = "LogFormat \"%%{id}^RT %{way}^RT\" mine\n";
  httpd.configure(options);
  CHECK(httpd.configtest().exit_code == 0);
}

TEST_CASE("A graceful restart that begins to log words is followed, and one that ends it") {
  ScriptedBackend backend;
  HttpdOptions quiet;
  quiet.site = "RTMPTProxyPass " + backend.url() + "\n";
  auto wordy = quiet;
  wordy.global = kLogs;
  HttpdFixture httpd(quiet);
  httpd.start();
  TunnelSession session{TunnelClient(httpd.plain(), forwarded().headers), nullptr};
  session.client.open();
  session.media = backend.accept();
  introduce(session, "live", "play", "camera");
  httpd.configure(wordy);
  httpd.graceful();
  eventually("a new child serves", [&] {
    session.client.reconnect();
    return session.client.idle().status == 200 && !log_lines(httpd, "words.log").empty();
  });
  session.client.reconnect();
  CHECK(session.client.idle().status == 200);
  eventually("it is logged", [&] {
    const auto lines = word_lines(httpd);
    return !lines.empty() && lines.back().ends_with("|live|camera|play");
  });
}
