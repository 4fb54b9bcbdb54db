// SPDX-License-Identifier: Apache-2.0
// The session log of real streams, and as a real syslog daemon receives it.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/httpd/session_log_file.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/counting_relay.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/peers/rsyslog.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// Within 2 % of each other.
bool near(std::uint64_t one, std::uint64_t other) {
  const auto larger = std::max(one, other);
  return (larger - std::min(one, other)) * 50 <= larger;
}

void short_session(TunnelSite& site, std::size_t bytes) {
  auto session = site.session(handed_over());
  REQUIRE(session.client.send(std::string(bytes, 'x')).status == 200);
  REQUIRE(session.client.close().status == 200);
}

} // namespace

constexpr std::uint64_t kHandshakeBytes = 1 + 2 * 1536; // which librtmp's own count leaves out

TEST_CASE("A published and a played stream have the right lines") {
  NginxRtmp media;
  CountingRelay relay(media.port());
  const std::string backend = "rtmp://127.0.0.1:" + std::to_string(relay.port());
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + backend +
                 "\nRTMPTSessionLog logs/session.log \"%I %O %T \\\"%r\\\" %>s %{end}r %{requests}r %{way}r %{backend}r"
                 " %{flashver}r\"\n";
  HttpdFixture httpd(options);
  httpd.start();
  const SessionLogFile log(httpd.root() / "logs/session.log");
  const auto base = "rtmpt://localhost:" + std::to_string(httpd.plain().port) + "/live/";
  FfmpegPublisher publisher(base + "cam?key=hushhush", 12s);
  media.wait_for_stream("cam");
  LibrtmpPlayer player(base + "cam", 5s);
  CHECK(player.join().complete);
  CHECK(publisher.wait(Deadline(60s)) > 0);
  CHECK(httpd.access_count("live") == 0);
  const auto lines = log.wait_for(2);
  REQUIRE(lines.size() == 2);
  CAPTURE(lines[0], lines[1], relay.bytes_from_clients(), player.progress().bytes.load());
  std::smatch found;
  REQUIRE(std::regex_match(lines[0], found,
                           std::regex("(\\d+) (\\d+) ([4-9]|[1-5]\\d) \"PLAY rtmpt://localhost/live/cam RTMPT\" 200"
                                      " (close|client-gone) (\\d+) handed-over " +
                                      backend + " .*")));
  const auto played_up = std::stoull(found[1]);
  CHECK(near(std::stoull(found[2]), player.progress().bytes + kHandshakeBytes));
  CHECK(std::stoi(found[5]) > 20);
  REQUIRE(std::regex_match(
      lines[1], found,
      std::regex("(\\d+) (\\d+) (?:1[1-9]|[2-5]\\d) \"PUBLISH rtmpt://localhost/live/cam RTMPT\" 200 close"
                 " (\\d+) handed-over " +
                 backend + " .*Lavf.*")));
  CHECK(played_up + std::stoull(found[1]) == relay.bytes_from_clients());
  CHECK(std::stoi(found[3]) > 50);
  for (const auto& entry : fs::directory_iterator(httpd.root() / "logs"))
    CHECK(read_file(entry.path()).find("hushhush") == std::string::npos);
}

TEST_CASE("A real rsyslogd puts the lines of facility local1 into a file of their own, and into no other") {
  const TempDir dir;
  Rsyslog syslog(dir.path());
  HttpdOptions options;
  options.site = "RTMPTSessionLog syslog:local1:pound \"%v %{end}r %I\"\n";
  TunnelSite site(options);
  const pid_t gateway = site.httpd().gateway_pid();
  short_session(site, 1);
  short_session(site, 2);
  run_command({"logger", "-p", "user.info", "a witness"}); // messages are received, and not this one alone
  const std::string head = R"([A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d \S+ pound\[)" + std::to_string(gateway) + R"(\]: )";
  const auto lines = syslog.local1().wait_for(2);
  REQUIRE(lines.size() == 2);
  CAPTURE(lines);
  CHECK(std::regex_match(lines[0], std::regex(head + "localhost close 1")));
  CHECK(std::regex_match(lines[1], std::regex(head + "localhost close 2")));
  const auto has_witness = [&] {
    const auto messages = syslog.messages().lines();
    return std::any_of(messages.begin(), messages.end(),
                       [](const std::string& line) { return line.ends_with("a witness"); });
  };
  CHECK(happens(has_witness));
  for (const auto& message : syslog.messages().lines())
    CHECK(message.find("pound") == std::string::npos);

  syslog.stop();
  site.httpd().error_log().expect("RTMPT341: session log syslog:local1:pound loses lines");
  short_session(site, 3);
  site.httpd().error_log().wait_for("RTMPT341");
  syslog.start();
  site.httpd().error_log().expect("RTMPT342: session log syslog:local1:pound takes lines again; lost were 1");
  std::size_t later = 0;
  CHECK(happens([&] {
    short_session(site, 4);
    ++later;
    return !site.httpd().error_log().matching("RTMPT342").empty();
  }));
  CHECK(syslog.local1().wait_for(2 + later).size() == 2 + later);
}
