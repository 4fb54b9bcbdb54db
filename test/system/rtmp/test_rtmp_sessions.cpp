// SPDX-License-Identifier: Apache-2.0
// Sessions of RTMP clients in the logs, in the status, in the hands of rtmptctl, and behind balancers.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/rtmptctl.hpp"
#include "support/httpd/session_log_file.hpp"
#include "support/sites/rtmp_site.hpp"
#include "support/sites/status_site.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using rtmpt_proxy::protocol::RefusalWords;

namespace {

constexpr const char* kLog =
    "RTMPTSessionLog logs/session.log \"%{leg}r %H %{way}r %{kind}r %{app}r %{stream}r %{end}r "
    "%>s %I %O %{backend}r %v %a %r\"\n";

std::string publish_words() {
  return chunks({.payload = start_payload("publish", "cam?key=secret")});
}

HttpdOptions with_status() {
  HttpdOptions options;
  options.site = kLog + status_location("RTMPTStatusControl On\n");
  return options;
}

// Two members, the emptier one first.
HttpdOptions balanced(const std::vector<std::string>& members) {
  HttpdOptions options;
  options.plain_site = balancer_section("media", members, "  ProxySet lbmethod=rtmptsessions growth=2\n") +
                       "RTMPTProxyPass balancer://media\nRTMPTAcceptRTMP On\n";
  return options;
}

// A client's session at one of these media servers. Throws TimedOut.
RtmpSession session_at_any(const Endpoint& endpoint, const std::vector<ScriptedBackend*>& servers, std::size_t& at) {
  RtmpSession session{RtmpClient(endpoint), nullptr};
  session.client.connect("live");
  eventually("a media server is asked", [&] {
    for (at = 0; at < servers.size(); ++at)
      if (servers[at]->has_connection(Deadline(0ms))) return true;
    return false;
  });
  session.media = servers[at]->accept();
  session.media_begin = greet_gateway(*session.media, connect_command("live"));
  return session;
}

} // namespace

TEST_CASE("A session of RTMP or RTMPS has its names and exact bytes in every log, and in the status") {
  const std::string leg = GENERATE("rtmp", "rtmps");
  CAPTURE(leg);
  RtmpSite site(with_status());
  const bool tls = leg == "rtmps";
  RtmpSession session =
      begin_session(site.backend(), tls ? site.httpd().tls() : site.httpd().plain(), "live?key=secret");
  session.client.send(publish_words() + picture_messages(60'000, 1));
  session.media->send(std::string(70'000, 'm'));
  CHECK(session.client.receive(70'000) == std::string(70'000, 'm'));
  const std::string sent = publish_words() + picture_messages(60'000, 1);
  session.media->wait_for_bytes(session.media_begin + sent.size());
  CHECK(session.received_by_media() == sent);
  const auto status = await_status(site.httpd(), "the stream is known",
                                   [](const boost::json::value& now) { return session_of(now, "cam") != nullptr; });
  const boost::json::object& shown = *session_of(status, "cam");
  CHECK(shown.at("transport").as_string() == leg.c_str());
  CHECK(shown.at("app") == "live");
  CHECK(shown.at("client") == "127.0.0.1");
  session.client.close();
  const auto lines = SessionLogFile(site.httpd().root() / "logs/session.log").wait_for(1);
  const std::string up = std::to_string(kHandshakeAnswer + connect_command("live?key=secret").size() + sent.size());
  const std::string down = std::to_string(kHandshakeAnswer + 70'000);
  REQUIRE(lines.size() == 1);
  CHECK(lines.front() == leg + (tls ? " RTMPS pumped" : " RTMP handed-over") + " publish live cam close 200 " + up +
                             " " + down + " " + site.backend().url() + " localhost 127.0.0.1 PUBLISH " + leg +
                             "://localhost/live/cam " + (tls ? "RTMPS" : "RTMP"));
  site.httpd().stop();
  CHECK(site.httpd().access_count("OPEN /live HTTP/1.1 200", 1) == 1);
  CHECK(site.httpd().access_count("OPEN", 1) == 1);
  CHECK(site.httpd().access_count("POST") == 0);
  CHECK(site.httpd().error_log().matching("secret").empty());
  CHECK(site.httpd().access_count("secret") == 0);
}

TEST_CASE("A refused client of RTMP has a line in the session log, and none that it was served") {
  HttpdOptions options = with_status();
  options.site += "RTMPTMaxSessions 1\n";
  RtmpSite site(options);
  RtmpSession session = site.session();
  RtmpClient refused(site.httpd().plain());
  refused.connect("live");
  CHECK(refused.receive_all() == refusal(RefusalWords::unavailable));
  const auto lines = SessionLogFile(site.httpd().root() / "logs/session.log").wait_for(1);
  CHECK(lines.front().starts_with("rtmp RTMP "));
  CHECK(lines.front().find(" refused 503 ") != std::string::npos);
  CHECK(site.httpd().access_count("OPEN /live HTTP/1.1 503", 1) == 1);
}

TEST_CASE("A client of RTMP has one name in the error log, the access log, the session log and the gateway's lines") {
  HttpdOptions options;
  options.site = "RTMPTSessionLog logs/session.log \"%{session}r %{end}r\"\n"
                 "CustomLog logs/named.log \"%{session}^RT %>s\"\nLogLevel rtmpt_proxy:info\n"
                 "<Location \"/forbidden\">\n  Require all denied\n</Location>\n";
  RtmpSite site(options);
  const SessionLogFile log(site.httpd().root() / "logs/session.log");
  RtmpClient refused(site.httpd().plain());
  refused.connect("forbidden");
  CHECK(refused.receive_all() == refusal(RefusalWords::access_denied));
  const std::string line = log.wait_for(1).front();
  const std::string name = line.substr(0, line.find(' '));
  CHECK(line == name + " refused");
  CHECK(name.size() > 8);
  CHECK(site.httpd().error_log().count("RTMPT193: 403 for client [0-9.]+, session " + name + ", ", 1) == 1);
  const SessionLogFile asks(site.httpd().root() / "logs/named.log");
  CHECK(asks.wait_for(1).back() == name + " 403");

  site.httpd().error_log().expect("AH01630");

  RtmpSession served = begin_session(site.backend(), nth_address(site.httpd().plain(), 1));
  served.media->close();
  served.client.receive_all();
  const std::string end = log.wait_for(2).back();
  CHECK(end.substr(0, end.find(' ')) != name);
  CHECK(asks.wait_for(2).back() == end.substr(0, end.find(' ')) + " 200");

  RtmpClient odd(nth_address(site.httpd().plain(), 2));
  odd.connect("live/../x");
  odd.receive_all();
  CHECK_NOTHROW(site.httpd().error_log().wait_for("RTMPT411: session [a-z0-9]{12}: the client of RTMP 127.0.1.3 is"));
}

TEST_CASE("rtmptctl lists sessions of RTMP and RTMPS, and ends one of them") {
  RtmpSite site(with_status());
  const Rtmptctl ctl(site.httpd());
  RtmpSession plain = site.session();
  RtmpSession tls = begin_session(site.backend(), site.httpd().tls());
  CHECK_NOTHROW(carry_both_ways(plain, 40'000, 1));
  CHECK_NOTHROW(carry_both_ways(tls, 40'000, 2));
  const auto rows = ctl.rows("sessions");
  REQUIRE(rows.size() == 2);
  std::string name;
  for (const ControlRow& row : rows) {
    const bool is_tls = row.at("TRANSPORT") == "rtmps";
    CHECK((is_tls || row.at("TRANSPORT") == "rtmp"));
    CHECK(row.at("WAY") == (is_tls ? "pumped" : "handed-over"));
    CHECK(row.at("BACKEND") == site.backend().url());
    if (!is_tls) name = row.at("SESSION");
  }
  REQUIRE_FALSE(name.empty());
  CHECK(ctl.run({"end", name}).output == name + " ends\n");
  CHECK(plain.client.receive_all().empty());
  CHECK_NOTHROW(plain.media->wait_for_end());
  CHECK_NOTHROW(carry_both_ways(tls, 40'000, 3));
  CHECK(ctl.rows("sessions").size() == 1);
  const auto lines = SessionLogFile(site.httpd().root() / "logs/session.log").wait_for(1);
  CHECK(lines.front().find(" administrator 200 ") != std::string::npos);
}

TEST_CASE("While its media server is drained, a client of RTMP is refused, and sessions go on") {
  RtmpSite site;
  site.httpd().error_log().expect("RTMPT050.*drained");
  const Rtmptctl ctl(site.httpd());
  RtmpSession session = site.session();
  REQUIRE(ctl.run({"drain", site.backend().url()}).exit_code == 0);
  RtmpClient refused(site.httpd().plain());
  refused.connect("live");
  CHECK(refused.receive_all() == refusal(RefusalWords::unavailable));
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 1));
  REQUIRE(ctl.run({"enable", site.backend().url()}).exit_code == 0);
  CHECK_NOTHROW(site.session());
}

TEST_CASE("A balancer by sessions spreads clients of RTMP, and goes on where a member is drained or down") {
  ScriptedBackend a;
  auto b = std::make_unique<ScriptedBackend>();
  HttpdFixture httpd(balanced({a.url() + " retry=60", b->url() + " retry=60"}));
  httpd.start();
  const Rtmptctl ctl(httpd);
  std::vector<RtmpSession> sessions;
  std::size_t counts[2] = {};
  const auto begin = [&](std::size_t more) {
    for (std::size_t i = 0; i < more; ++i) {
      std::size_t at = 0;
      sessions.push_back(session_at_any(httpd.plain(), {&a, b.get()}, at));
      ++counts[at];
    }
  };
  begin(12);
  CHECK(counts[0] == 6);
  CHECK(counts[1] == 6);

  REQUIRE(ctl.run({"drain", a.url()}).exit_code == 0);
  begin(4);
  CHECK(counts[0] == 6);
  CHECK(counts[1] == 10);
  REQUIRE(ctl.run({"enable", a.url()}).exit_code == 0);
  begin(4);
  CHECK(counts[0] == 10);
  CHECK(counts[1] == 10);

  httpd.error_log().expect("RTMPT050.*" + b->url());
  b->stop_listening();
  begin(1); // the members are alike; whichever comes first
  for (int i = 0; i < 3; ++i)
    begin(1);
  CHECK(counts[0] == 14);
  for (RtmpSession& session : sessions)
    CHECK_NOTHROW(carry_both_ways(session, 5'000, 1));
}
