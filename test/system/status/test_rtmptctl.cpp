// SPDX-License-Identifier: Apache-2.0
// rtmptctl with real sessions: lists them, ends them, takes media servers out of service.
#include "support/clients/farm_sessions.hpp"
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/httpd/balancer_manager.hpp"
#include "support/httpd/rtmptctl.hpp"
#include "support/os/built.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

double number(const ControlRow& row, const std::string& column) {
  return std::strtod(row.at(column).c_str(), nullptr);
}

// Waits for so many sessions, and their lines.
std::vector<ControlRow> wait_for_sessions(const Rtmptctl& ctl, std::size_t count) {
  std::vector<ControlRow> rows;
  eventually("rtmptctl lists " + std::to_string(count) + " sessions", [&] {
    rows = ctl.rows("sessions");
    return rows.size() == count;
  });
  return rows;
}

const ControlRow& row_with(const std::vector<ControlRow>& rows, const std::string& column, const std::string& value) {
  for (const ControlRow& row : rows)
    if (row.at(column) == value) return row;
  throw std::runtime_error("no line whose " + column + " is " + value);
}

bool is_json(const std::string& text) {
  TempDir dir;
  write_file(dir.path() / "text", text);
  const auto result = run_command({"python3", "-m", "json.tool", (dir.path() / "text").string()});
  return result.exit_code == 0;
}

HttpdOptions balanced(const FarmMember& a, const FarmMember& b, const std::string& lbmethod) {
  HttpdOptions options;
  options.plain_site = balancer_section("media", {a.url() + " retry=1", b.url() + " retry=1 loadfactor=2"},
                                        "  ProxySet lbmethod=" + lbmethod + "\n") +
                       "RTMPTProxyPass balancer://media\nRTMPTSessionTimeout 60s\n";
  return options;
}

} // namespace

TEST_CASE("Sessions of every way are listed with what they carried") {
  const auto carriage = GENERATE(from_range(carriages()));
  CAPTURE(carriage);
  TunnelSite site;
  const Rtmptctl ctl(site.httpd());
  CHECK(ctl.rows("sessions").empty());
  auto session = site.session(carriage);
  carry_both_ways(session, 40'000, 1);
  const auto rows = ctl.rows("sessions");
  REQUIRE(rows.size() == 1);
  const ControlRow& row = rows.front();
  CHECK(row.at("CLIENT") == "127.0.0.1");
  CHECK(row.at("USER") == "-");
  CHECK(row.at("HOST") == "localhost");
  CHECK(row.at("BACKEND") == site.backend().url());
  CHECK(row.at("RECEIVED_B") == "40000");
  CHECK(row.at("SENT_B") == "40000");
  CHECK(number(row, "REQUESTS") >= 5);
  CHECK(row.at("TRANSPORT") == (carriage.tls ? "rtmpts" : "rtmpt"));
  CHECK(row.at("WAY") == (carriage.handed_over ? "handed-over" : carriage.tls ? "pumped" : "forwarded"));
  CHECK(row.at("SESSION") != session.client.id());
  CHECK(ctl.state("sessions") == "1");
  CHECK(ctl.state("pid") == std::to_string(site.httpd().gateway_pid()));
  const auto backends = ctl.rows("backends");
  CHECK(backends.size() == 2); // each virtual host, plain and TLS, has a worker of its own for the one media server
  for (const ControlRow& backend : backends) {
    CHECK(backend.at("URL") == site.backend().url());
    CHECK(backend.at("HOST") == "localhost");
    CHECK(backend.at("SESSIONS") == "1");
    CHECK(backend.at("DRAINED") == "no");
    CHECK(backend.at("FAILURES") == "0");
  }
}

TEST_CASE("A publisher and a player are listed with their stream and their bytes") {
  NginxRtmp media;
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + media.url() + "\n";
  HttpdFixture httpd(options);
  httpd.start();
  const Rtmptctl ctl(httpd);
  const std::string url = "rtmpt://localhost:" + std::to_string(httpd.plain().port) + "/live/cam1";
  FfmpegPublisher publisher(url, 20s);
  media.wait_for_stream("cam1");
  LibrtmpPlayer player(url, 6s);
  REQUIRE(happens([&] { return player.progress().bytes > 50'000; }));
  const auto rows = wait_for_sessions(ctl, 2);
  const auto& published = row_with(rows, "KIND", "publish");
  const auto& played = row_with(rows, "KIND", "play");
  for (const ControlRow* const row : {&published, &played}) {
    CHECK(row->at("STREAM") == "live/cam1");
    CHECK(row->at("BACKEND") == media.url());
    CHECK(row->at("CLIENT") == "127.0.0.1");
  }
  // What comes while the two are looked at is the difference, and RTMP's own words.
  const double counted = static_cast<double>(player.progress().bytes);
  CHECK(number(played, "SENT_B") > counted * 0.8);
  CHECK(number(published, "RECEIVED_B") > 50'000);
  CHECK(happens([&] { return number(row_with(ctl.rows("sessions"), "KIND", "publish"), "IN_BPS") > 10'000; }));
  CHECK(is_json(ctl.run({"-j", "status"}).output));
  player.join();
  publisher.interrupt();
  wait_for_sessions(ctl, 0);
}

TEST_CASE("A session that is ended is gone: its client is told so, and its media server") {
  const auto carriage = GENERATE(from_range(carriages()));
  CAPTURE(carriage);
  TunnelSite site;
  const Rtmptctl ctl(site.httpd());
  auto ended = site.session(carriage);
  auto other = site.session(carriage);
  carry_both_ways(ended, 10'000, 1);
  carry_both_ways(other, 20'000, 2);
  const std::string name = row_with(ctl.rows("sessions"), "RECEIVED_B", "10000").at("SESSION");
  const auto first = ctl.run({"end", name});
  CHECK(first.exit_code == 0);
  CHECK(first.output == name + " ends\n");
  const auto reply = ended.client.idle();
  const bool told = reply.status == 404 || (reply.status == 200 && reply.says_close());
  CHECK(told);
  CHECK_NOTHROW(ended.media->wait_for_end());
  CHECK(ctl.rows("sessions").size() == 1);
  const auto second = ctl.run({"end", name});
  CHECK(second.exit_code == 1);
  CHECK(second.output.find("RTMPT401") != std::string::npos);
  CHECK(ctl.run({"-j", "end", name}).output.find("{\"found\":false}") != std::string::npos);
  CHECK_NOTHROW(carry_both_ways(other, 20'000, 3));
  site.httpd().error_log().wait_for(R"(\[rtmpt_gateway:info\].*RTMPT351: control: user \d+ .* ends session )" + name +
                                    ": done");
}

TEST_CASE("A drained member keeps its sessions and gets no new ones, until it is enabled") {
  const std::string lbmethod = GENERATE("rtmptsessions", "byrequests");
  CAPTURE(lbmethod);
  FarmMember a('a');
  FarmMember b('b');
  HttpdFixture httpd(balanced(a, b, lbmethod));
  if (lbmethod == "byrequests") httpd.error_log().expect("RTMPT050.*" + b.url() + ".*drained");
  httpd.start();
  const Rtmptctl ctl(httpd);
  auto sessions = begin_sessions(httpd.plain(), 6, 1);
  const std::size_t at_b = sessions_at(sessions, b);
  REQUIRE(at_b > 0);
  CHECK(ctl.run({"drain", b.url()}).exit_code == 0);
  auto later = begin_sessions(httpd.plain(), 8, 4);
  CHECK(sessions_at(later, a) == 8);
  for (auto& session : sessions)
    CHECK_NOTHROW(carry_and_return(session, 5'000, 1));
  const auto row = row_with(ctl.rows("backends"), "URL", b.url());
  CHECK(row.at("DRAINED") == "yes");
  CHECK(row.at("SESSIONS") == std::to_string(at_b));
  CHECK(row.at("BALANCER") == "media");
  CHECK(row.at("HOST") == "localhost");
  CHECK(row.at("WEIGHT") == "2");

  httpd.graceful(); // the drain outlasts it
  CHECK(sessions_at(begin_sessions(httpd.plain(), 3, 1), a) == 3);
  CHECK(ctl.run({"enable", b.url()}).exit_code == 0);
  CHECK(row_with(ctl.rows("backends"), "URL", b.url()).at("DRAINED") == "no");
  eventually("the member has new sessions", [&] { return begin_session(httpd.plain()).member == 'b'; });
}

TEST_CASE("Streams of a host whose only media server is drained get 503, and the log says why") {
  TunnelSite site;
  site.httpd().error_log().expect("rtmpt_proxy:error.*RTMPT050.*drained");
  const Rtmptctl ctl(site.httpd());
  auto running = site.session(handed_over());
  REQUIRE(ctl.run({"drain", site.backend().url()}).exit_code == 0);
  auto refused = site.client(handed_over());
  CHECK(refused.try_open().status == 503);
  CHECK_NOTHROW(carry_both_ways(running, 5'000, 1));
  REQUIRE(ctl.run({"enable", site.backend().url()}).exit_code == 0);
  CHECK_NOTHROW(site.session(handed_over()));
  CHECK(ctl.run({"drain", "rtmp://nowhere.invalid"}).exit_code == 1);
  CHECK(ctl.run({"enable", "rtmpt://127.0.0.1:" + std::to_string(site.backend().port())}).exit_code == 1);
}

TEST_CASE("Every view and order is valid JSON with -j") {
  FarmMember a('a');
  FarmMember b('b');
  HttpdFixture httpd(balanced(a, b, "rtmptsessions"));
  httpd.start();
  const Rtmptctl ctl(httpd);
  const auto sessions = begin_sessions(httpd.plain(), 3, 1);
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"status"}, {"sessions"}, {"backends"}, {"drain", a.url()}, {"enable", a.url()}}) {
    CAPTURE(words);
    auto all = words;
    all.emplace_back("-j");
    const auto result = ctl.run(all);
    CHECK(result.exit_code == 0);
    CHECK(is_json(result.output));
  }
  CHECK(ctl.run({"-j", "status"}).output.find("\"sessions\":[{\"id\":") != std::string::npos);
}

TEST_CASE("An answer that cannot be written is a failure, not half a list") {
  TunnelSite site;
  const Rtmptctl ctl(site.httpd());
  const auto result =
      run_command({"sh", "-c", built::control_program() + " -s " + ctl.socket().string() + " status >/dev/full"});
  CHECK(result.exit_code == 4);
  CHECK(result.output.find("RTMPT404") != std::string::npos);
}
