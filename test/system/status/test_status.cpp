// SPDX-License-Identifier: Apache-2.0
// The status of real and of hostile sessions as JSON and metrics, and their end by the administrator.
#include "support/clients/farm_sessions.hpp"
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/counting_relay.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/sites/status_site.hpp"
#include "support/sites/tunnel_site.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <set>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
namespace json = boost::json;
using Clock = std::chrono::steady_clock;

namespace {

HttpdOptions with_status(const std::string& site = {}, const std::string& inside = {}) {
  HttpdOptions options;
  options.site = site + status_location(inside);
  return options;
}

// A site whose backend is scripted, with a client that says these RTMP bytes.
TunnelSession say(TunnelSite& site, const std::string& bytes, const Carriage& carriage = handed_over()) {
  auto session = site.session(carriage);
  session.client.send(bytes);
  session.media->wait_for_bytes(bytes.size());
  return session;
}

std::string publishing(const std::string& app, const std::string& name) {
  return client_stream({connect_to(app), start_payload("publish", name)});
}

std::size_t sessions_in(const json::value& status) {
  return status.at("sessions").as_array().size();
}

constexpr std::uint64_t kHandshakeBytes = 1 + 2 * 1536; // which librtmp's own count leaves out

// Within 2 % of what was counted elsewhere while the figure came.
bool between(std::uint64_t before, const json::value& figure, std::uint64_t after) {
  const auto value = figure.to_number<double>();
  return value >= 0.98 * static_cast<double>(before) && value <= 1.02 * static_cast<double>(after);
}

std::string text_of(const json::object& session, const char* name) {
  return std::string(session.at(name).as_string());
}

} // namespace

TEST_CASE("A published and a played stream appear with what they are, and with their bytes") {
  NginxRtmp media;
  CountingRelay relay(media.port());
  const std::string backend = "rtmp://127.0.0.1:" + std::to_string(relay.port());
  HttpdFixture httpd(with_status("RTMPTProxyPass " + backend + "\n"));
  httpd.start();
  const auto base = "rtmpt://localhost:" + std::to_string(httpd.plain().port) + "/live/";
  FfmpegPublisher publisher(base + "cam", 20s);
  media.wait_for_stream("cam");
  LibrtmpPlayer player(base + "cam", 15s);
  await_status(httpd, "two sessions are known", [](const json::value& status) {
    return status.at("totals").at("publishing") == 1 && status.at("totals").at("playing") == 1;
  });
  // Samples come every two seconds; the figures are compared in the middle of the streams.
  await_status(httpd, "both have a bit rate", [&](const json::value& one) {
    const auto& totals = one.at("totals");
    return totals.at("receiving_bits_per_second").to_number<int>() > 20'000 &&
           totals.at("sending_bits_per_second").to_number<int>() > 20'000 && player.progress().pictures > 60;
  });
  const auto up_before = relay.bytes_from_clients();
  const auto down_before = player.progress().bytes.load();
  const auto status = status_of(httpd);
  const auto up_after = relay.bytes_from_clients();
  const auto down_after = player.progress().bytes.load() + kHandshakeBytes;
  CAPTURE(json::serialize(status), up_before, up_after, down_before, down_after);
  REQUIRE(sessions_in(status) == 2);
  for (const json::value& one : status.at("sessions").as_array()) {
    const auto& session = one.as_object();
    CHECK(session.at("app") == "live");
    CHECK(session.at("stream") == "cam");
    CHECK(session.at("inspection") == "known");
    CHECK(session.at("client") == "127.0.0.1");
    CHECK(session.at("virtual_host") == "localhost");
    CHECK(text_of(session, "backend") == backend);
    CHECK(session.at("way") == "handed over");
    CHECK(session.at("transport") == "rtmpt");
    CHECK(session.at("history").at("bits_per_second").as_array().size() >= 1);
    if (session.at("kind") == "publish") {
      CHECK(text_of(session, "flash_version").find("Lavf") != std::string::npos);
    } else {
      CHECK(session.at("kind") == "play");
      CHECK(between(down_before, session.at("sent_bytes"), down_after));
    }
  }
  CHECK(between(up_before, status.at("totals").at("received_bytes"), up_after));
  CHECK(status.at("backends").at(0).at("sessions") == 2);
  CHECK(status.at("backends").at(0).at("status") == "ok");
}

TEST_CASE("Every way of carrying a stream is told, with exact bytes") {
  const auto carriage = GENERATE(from_range(carriages()));
  CAPTURE(carriage);
  TunnelSite site(with_status());
  const auto bytes = publishing("live", "cam");
  auto session = say(site, bytes, carriage);
  session.media->send(std::string(70'000, 'm'));
  session.client.poll_for(70'000);
  const auto status = status_of(site.httpd());
  CAPTURE(json::serialize(status));
  const auto* const one = session_of(status, "cam");
  REQUIRE(one);
  CHECK(one->at("received_bytes") == bytes.size());
  CHECK(one->at("sent_bytes") == 70'000);
  CHECK(one->at("transport") == (carriage.tls ? "rtmpts" : "rtmpt"));
  const std::string way = carriage.handed_over ? "handed over" : carriage.tls ? "pumped" : "forwarded";
  CHECK(text_of(*one, "way") == way);
  CHECK(json::serialize(status).find(session.client.id()) == std::string::npos);
}

TEST_CASE("Whatever a client calls its stream, the status is valid and says it") {
  TunnelSite site(with_status());
  const std::vector<std::string> names = {"<script>alert('x')</script>", "a\"b\\c", "line\nbreak\x01\x7f",
                                          "\xe2\x80\xae"
                                          "evil",
                                          std::string(200, 'n')};
  std::vector<TunnelSession> sessions;
  for (const auto& name : names)
    sessions.push_back(say(site, publishing("live", name)));
  sessions.push_back(say(site, publishing("live", "\xff\xfe\xc0")));
  sessions.push_back(say(site, publishing("live", std::string(60'000, 'x'))));
  const auto status = status_of(site.httpd());
  for (const auto& name : names) {
    CAPTURE(name);
    CHECK(session_of(status, name));
  }
  CHECK(session_of(status, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"));
  CHECK(session_of(status, std::string(255, 'x')));
  CHECK(ask_status(site.httpd(), "?json").body.find("<script>") != std::string::npos); // JSON, and never taken for HTML
  CHECK(ask_status(site.httpd(), "?json").header("Content-Type") == "application/json");
}

TEST_CASE("Keys behind a question mark leave the gateway nowhere") {
  TunnelSite site(with_status("LogLevel rtmpt_proxy:trace8\n"));
  const auto session = say(site, publishing("live?token=hush1", "cam?key=hush2&x=hush3"));
  const auto* const status = session_of(status_of(site.httpd()), "cam") ? "found" : "missing";
  CHECK(std::string(status) == "found");
  for (const std::string query : {"", "?json", "?metrics"})
    CHECK(ask_status(site.httpd(), query).body.find("hush") == std::string::npos);
  CHECK(read_file(site.httpd().root() / "logs/error.log").find("hush") == std::string::npos);
}

TEST_CASE("Streams that cannot be read go on, and are marked so") {
  TunnelSite site(with_status());
  auto encrypted = say(site, "\x06" + std::string(2000, 'e'));
  auto garbage = say(site, "GET / HTTP/1.0\r\n\r\n" + std::string(9000, 'g'));
  auto waiting = say(site, std::string("\x03") + std::string(100, 'c'));
  for (TunnelSession* session : {&encrypted, &garbage, &waiting})
    CHECK_NOTHROW(carry_both_ways(*session, 30'000, 5));
  std::multiset<std::string> marks;
  const auto status = status_of(site.httpd());
  for (const json::value& session : status.at("sessions").as_array())
    marks.insert(text_of(session.as_object(), "inspection"));
  CHECK(marks.count("encrypted") == 1);
  CHECK(marks.count("unparsable") >= 1);
  CHECK(marks.size() == 3);
}

TEST_CASE("Sessions that ended are counted, and gone") {
  TunnelSite site(with_status());
  auto first = say(site, publishing("live", "a"));
  first.client.close();
  auto second = say(site, publishing("live", "b"));
  const auto status = await_status(site.httpd(), "one is left", [](const json::value& one) {
    return sessions_in(one) == 1 && one.at("totals").at("sessions_ended") == 1;
  });
  CHECK(session_of(status, "b"));
  CHECK(status.at("totals").at("sessions_opened") == 2);
  const auto metrics = ask_status(site.httpd(), "?metrics").body;
  CHECK(metrics.find("reason=\"close\"} 1\n") != std::string::npos);
}

TEST_CASE("A session that left after a body over the limit is counted with that end, in JSON and metrics") {
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    TunnelSite site(with_status("RTMPTBodyLimit 4K\nRTMPTSessionTimeout 3s\n"));
    site.httpd().error_log().expect("RTMPT330");
    {
      auto session = say(site, publishing("live", "large"), carriage);
      REQUIRE(session.client.send(std::string(5'000, 'x')).status == 413);
    }
    const auto status = await_status(site.httpd(), "it has ended", [](const json::value& one) {
      return sessions_in(one) == 0 && one.at("totals").at("sessions_ended") == 1;
    });
    CHECK(status.at("totals").at("sessions_opened") == 1);
    CHECK(json::serialize(status.at("refusals")) == "{}"); // it was a session
    const auto metrics = ask_status(site.httpd(), "?metrics").body;
    CAPTURE(metrics);
    CHECK(metrics.find("reason=\"body-too-large\"} 1\n") != std::string::npos);
    CHECK(metrics.find("reason=\"body-too-large\"", metrics.find("reason=\"body-too-large\"") + 1) ==
          std::string::npos);
  }
}

TEST_CASE("The page is safe to look at and needs nothing from elsewhere") {
  HttpdFixture httpd(with_status("RTMPTProxyPass rtmp://127.0.0.1:1\n"));
  httpd.start();
  const auto page = ask_status(httpd, "");
  CHECK(page.status == 200);
  CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(page.header("X-Content-Type-Options") == "nosniff");
  CHECK(page.header("Cache-Control") == "no-store");
  const auto policy = page.header("Content-Security-Policy").value_or("");
  CHECK(policy.find("default-src 'none'") == 0);
  CHECK(policy.find("unsafe") == std::string::npos);
  CHECK(page.body.find("http://") == std::string::npos);
  CHECK(page.body.find("https://") == std::string::npos);
  for (const std::string query : {"?css", "?js", "?icon"}) {
    CAPTURE(query);
    const auto asset = ask_status(httpd, query);
    CHECK(asset.status == 200);
    CHECK(asset.body.size() > 100);
    const auto tag = asset.header("ETag").value_or("none");
    HttpConnection again(httpd.plain());
    again.send(get(kStatusPath + query, "If-None-Match: " + tag + "\r\nConnection: close\r\n"));
    CHECK(again.receive().status == 304);
  }
  CHECK(ask_status(httpd, "?nothing").status == 404);
  CHECK(ask_status(httpd, "?metrics=").body.starts_with("# HELP ")); // as Prometheus asks
  HttpConnection other(httpd.plain());
  CHECK(other.exchange("PUT /rtmpt-status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").status == 405);
}

TEST_CASE("A session is ended from the page where that is allowed, with the page's own token only") {
  HttpdOptions options = with_status("", "  RTMPTStatusControl On\n");
  options.site += status_location("", "/look-only") + status_location("  RTMPTStatusControl On\n", "/other");
  TunnelSite site(options);
  auto& httpd = site.httpd();
  auto doomed = say(site, publishing("live", "doomed"));
  auto spared = say(site, publishing("live", "spared"));
  const auto name = text_of(*session_of(status_of(httpd), "doomed"), "id");
  const auto token = status_token(httpd);
  REQUIRE(token.size() > 32);
  CHECK(status_token(httpd, "/look-only").empty());

  CHECK(post_end(httpd, name, "").status == 403);
  CHECK(post_end(httpd, name, "0-" + std::string(32, '0')).status == 403);
  CHECK(post_end(httpd, name, token.substr(0, token.size() - 1)).status == 403);
  CHECK(post_end(httpd, name, status_token(httpd, "/other")).status == 403);
  CHECK(post_end(httpd, name, token, "/look-only").status == 403);
  CHECK(post_end(httpd, "nobodynobody", token).status == 404);
  CHECK(post_end(httpd, doomed.client.id(), token).status == 404); // the id that its client knows is no name
  CHECK(post_end(httpd, std::string(200, 'n'), token).status == 400);
  CHECK(sessions_in(status_of(httpd)) == 2);

  CHECK(post_end(httpd, name, token).status == 204);
  CHECK(post_end(httpd, name, token).status == 404);
  CHECK(doomed.client.idle().status == 404);
  CHECK_NOTHROW(doomed.media->wait_for_end());
  const auto status = status_of(httpd);
  CHECK(sessions_in(status) == 1);
  CHECK(session_of(status, "spared"));
  CHECK_NOTHROW(carry_both_ways(spared, 20'000, 3));
  CHECK(httpd.error_log().count("RTMPT110.*" + name, 1) == 1);
  CHECK(httpd.error_log().count("ended by the administrator", 1) == 1);
}

TEST_CASE("A gateway that does not answer makes the status say so, soon") {
  TunnelSite site(with_status());
  auto& httpd = site.httpd();
  const auto gateway = httpd.gateway_pid();
  ::kill(gateway, SIGSTOP);
  const auto begin = Clock::now();
  const auto answer = ask_status(httpd, "?json");
  CHECK(Clock::now() - begin < 15s);
  CHECK(answer.status == 503);
  CHECK(answer.body == "rtmpt-gateway does not answer\n");
  CHECK(ask_status(httpd, "").status == 200);
  ::kill(gateway, SIGCONT);
  CHECK(happens([&] { return ask_status(httpd, "?json").status == 200; }));
}

TEST_CASE("Members of balancers and backends of hosts are told with their conditions") {
  FarmMember one('a');
  FarmMember two('b');
  HttpdOptions options = with_status("RTMPTProxyPass balancer://farm\n");
  options.global = balancer_section("farm", {one.url() + " loadfactor=3", two.url() + " status=+N",
                                             "rtmpt://127.0.0.1:9 status=+D", "rtmp://127.0.0.1:10 status=+H"});
  options.more_hosts =
      "<VirtualHost *:@PORT@>\nServerName direct\nRTMPTProxyPass rtmp://127.0.0.1:11\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  const auto sessions = begin_sessions(httpd.plain(), 3);
  const auto status = status_of(httpd);
  CAPTURE(json::serialize(status.at("backends")));
  std::map<std::string, const json::object*> by_url;
  for (const json::value& backend : status.at("backends").as_array())
    by_url[std::string(backend.at("url").as_string())] = &backend.as_object();
  REQUIRE(by_url.size() == 5);
  CHECK(status.at("backends").as_array().size() == 5);
  const auto condition = [&](const std::string& url) { return text_of(*by_url.at(url), "status"); };
  CHECK(condition(one.url()) == "ok");
  CHECK(by_url.at(one.url())->at("sessions") == 3);
  CHECK(by_url.at(one.url())->at("weight") == 3.0);
  CHECK(by_url.at(one.url())->at("balancer") == "farm");
  CHECK(condition(two.url()) == "draining");
  CHECK(condition("rtmpt://127.0.0.1:9") == "disabled");
  CHECK(condition("rtmp://127.0.0.1:10") == "standby");
  CHECK(condition("rtmp://127.0.0.1:11") == "ok");
  CHECK(by_url.at("rtmp://127.0.0.1:11")->at("virtual_host") == "direct");
  CHECK(by_url.at("rtmp://127.0.0.1:11")->at("balancer").is_null());
}

TEST_CASE("Prometheus' own promtool accepts the metrics, and a thousand sessions are told in 50 ms") {
  constexpr std::size_t kSessions = 1000;
  FarmMember member('a');
  HttpdOptions options = with_status("RTMPTProxyPass " + member.url() + "\nRTMPTSessionTimeout 5min\n");
  HttpdFixture httpd(options);
  httpd.start();
  const auto sessions = begin_sessions(httpd.plain(), kSessions);
  TunnelClient refused(httpd.plain(), "Host: localhost\r\n");
  std::vector<std::chrono::nanoseconds> times;
  std::string metrics;
  HttpConnection connection(httpd.plain());
  for (int i = 0; i < 40; ++i) {
    const auto begin = Clock::now();
    metrics = connection.exchange(get(std::string(kStatusPath) + "?metrics")).body;
    times.push_back(Clock::now() - begin);
  }
  std::sort(times.begin(), times.end());
  CAPTURE(times.front().count(), times[times.size() / 2].count(), times.back().count());
  CHECK(times[times.size() / 4] < 50ms); // this program waits for a processor, too
  CHECK(metrics.find("kind=\"other\"} 1000\n") != std::string::npos);
  CHECK(metrics.size() < 20'000); // no series for a session or a client
  const auto file = httpd.root() / "metrics.txt";
  write_file(file, metrics);
  const auto result = run_command({"/bin/sh", "-c", "/usr/bin/promtool check metrics <" + file.string()});
  CAPTURE(result.output);
  CHECK(result.exit_code == 0);
  CHECK(result.output.empty());
  const auto json = ask_status(httpd, "?json").body;
  CHECK(json::serialize(status_of(httpd).at("totals").at("sessions")) == "1000");
  CHECK(json.size() < 1'000'000);
}
