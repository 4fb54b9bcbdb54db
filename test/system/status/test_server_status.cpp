// SPDX-License-Identifier: Apache-2.0
// What mod_status says of streams, to people and to programs, whatever has become of the gateway.
#include "support/os/text_file.hpp"
#include "support/peers/rtmp_words.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kAtMost = 2s; // the gateway has one of them; the rest is for a machine with other work

HttpdOptions with_status() {
  HttpdOptions options;
  options.more_modules = {"status"};
  options.global = "<Location \"/server-status\">\n  SetHandler server-status\n</Location>\n";
  return options;
}

std::string page(HttpdFixture& httpd) {
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = fetch(httpd.plain(), "/server-status");
  CHECK(answer.status == 200);
  CHECK(answer.body.find("</body></html>") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - begin < kAtMost);
  return answer.body;
}

// The lines of ?auto that are ours.
std::map<std::string, std::string> figures(HttpdFixture& httpd) {
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = fetch(httpd.plain(), "/server-status?auto");
  CHECK(answer.status == 200);
  CHECK(std::chrono::steady_clock::now() - begin < kAtMost);
  std::map<std::string, std::string> found;
  for (const auto& line : lines_of(answer.body)) {
    const auto colon = line.find(": ");
    if (line.starts_with("Rtmpt") && colon != std::string::npos) found[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return found;
}

TunnelSession stream(TunnelSite& site, const Carriage& carriage, const std::string& command) {
  auto session = site.session(carriage);
  const auto words = rtmp_words("live", command, "camera");
  REQUIRE(session.client.send(words).status == 200);
  session.media->wait_for_bytes(words.size());
  return session;
}

} // namespace

TEST_CASE("mod_status shows the sessions that run, as a page and as lines") {
  TunnelSite site(with_status());
  auto& httpd = site.httpd();
  CHECK(page(httpd).find("<dt>0 sessions now: 0 publishing, 0 playing</dt>") != std::string::npos);
  CHECK(figures(httpd)["RtmptSessions"] == "0");
  auto publisher = stream(site, handed_over(), "publish");
  auto player = stream(site, forwarded(), "play");
  auto other = stream(site, {"over TLS", true, "", false}, "play");
  auto silent = site.session(handed_over());
  publisher.client.idle();
  const auto text = page(httpd);
  CHECK(text.find("<h1>RTMPT Streams</h1>") != std::string::npos);
  CHECK(text.find("<dt>4 sessions now: 1 publishing, 2 playing</dt>") != std::string::npos);
  CHECK(text.find("bit/s, to clients ") != std::string::npos);
  CHECK(text.find(": 4 sessions, ") != std::string::npos);
  auto lines = figures(httpd);
  CHECK(lines["RtmptGatewayAnswers"] == "1");
  CHECK(lines["RtmptSessions"] == "4");
  CHECK(lines["RtmptPublishing"] == "1");
  CHECK(lines["RtmptPlaying"] == "2");
  CHECK(lines["RtmptSessionsOpened"] == "4");
  CHECK(lines["RtmptGatewayPid"] == std::to_string(httpd.gateway_pid()));
  CHECK(std::stoull(lines["RtmptReceivedBytes"]) ==
        publisher.media->received_bytes() + player.media->received_bytes() + other.media->received_bytes());
  CHECK(lines.count("RtmptReceivingBitsPerSecond") + lines.count("RtmptSendingBitsPerSecond") == 2);
  CHECK(player.client.close().status == 200);
  CHECK(happens([&] { return figures(httpd)["RtmptPlaying"] == "1"; }));
}

TEST_CASE("mod_status says within a second that a gateway does not answer, and shows it again when it does") {
  TunnelSite site(with_status());
  auto& httpd = site.httpd();
  auto session = stream(site, handed_over(), "publish");
  CHECK(figures(httpd)["RtmptSessions"] == "1");
  const auto gateway = httpd.gateway_pid();
  REQUIRE(kill(gateway, SIGSTOP) == 0);
  for (int i = 0; i < 4; ++i) { // each child, with a channel that it has and with none
    CHECK(page(httpd).find("<dt>rtmpt-gateway does not answer</dt>") != std::string::npos);
    const auto lines = figures(httpd);
    CHECK(lines.size() == 1);
    CHECK(lines.at("RtmptGatewayAnswers") == "0");
  }
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  REQUIRE(kill(gateway, SIGCONT) == 0);
  CHECK(happens([&] { return figures(httpd)["RtmptSessions"] == "1"; }));
  CHECK(session.client.idle().status == 200);
}

TEST_CASE("mod_status shows the next gateway when one was killed, and says why when there is none") {
  TunnelSite site(with_status());
  auto& httpd = site.httpd();
  auto session = stream(site, handed_over(), "publish");
  auto first = httpd.gateway_pid();
  CHECK(figures(httpd)["RtmptGatewayPid"] == std::to_string(first));
  httpd.error_log().expect("RTMPT082");
  REQUIRE(kill(first, SIGKILL) == 0);
  REQUIRE(happens([&] {
    auto lines = figures(httpd);
    return lines["RtmptGatewayAnswers"] == "1" && lines["RtmptGatewayPid"] != std::to_string(first);
  }));
  CHECK(figures(httpd)["RtmptSessions"] == "0");

  httpd.error_log().expect("RTMPT081");
  const auto second = httpd.gateway_pid();
  std::filesystem::remove(httpd.gateway());
  REQUIRE(kill(second, SIGKILL) == 0);
  REQUIRE(happens([&] { return page(httpd).find("No such file or directory") != std::string::npos; }));
  CHECK(figures(httpd) == std::map<std::string, std::string>{{"RtmptGatewayAnswers", "0"}});
}

TEST_CASE("mod_status says nothing of streams where none are carried") {
  HttpdFixture httpd(with_status());
  httpd.start(false);
  CHECK(page(httpd).find("RTMPT") == std::string::npos);
  CHECK(figures(httpd).empty());
}
