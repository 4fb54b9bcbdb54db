// SPDX-License-Identifier: Apache-2.0
// Clients of RTMP behind proxies that announce them by the PROXY protocol: rules, logs and media servers know the
// client.
#include "restore/rpaf/announced_site.hpp"
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/witness.hpp"
#include "support/httpd/session_log_file.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/front_proxy.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/sites/rtmp_site.hpp"
#include "test/unit/protocol/proxy/proxy_header_samples.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using rtmpt_proxy::protocol::RefusalWords;

namespace {

constexpr const char* kLog = "RTMPTSessionLog logs/session.log \"%a %{leg}r %{way}r %{end}r\"\n";
// Published is until all players have had enough, however late they begin on a slow machine; this is the most.
constexpr std::chrono::seconds kPublished{60};

HttpdOptions announced_rtmp(const std::string& mpm, const std::string& lines) {
  HttpdOptions options = announced_options();
  options.mpm = mpm;
  options.site = kLog + lines;
  return options;
}

// Both versions of the header for a client at 203.0.113.9.
std::vector<std::string> headers() {
  return {v1_header("203.0.113.9"), proxy_v2(0x21, 0x11, client_block())};
}

// createStream and publish, as a client sends them behind its connect without waiting for answers.
std::string publish_commands(const std::string& name) {
  const std::string create = amf_string("createStream") + amf_number(4) + amf_null();
  return chunks({.payload = create}) + chunks({.stream = 4, .payload = start_payload("publish", name)});
}

// A file of nginx that has this line about the client: it published the stream, or was refused.
bool has_line(const std::string& log, const std::vector<std::string>& parts) {
  const auto lines = lines_of(log);
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return std::all_of(parts.begin(), parts.end(),
                       [&](const std::string& part) { return line.find(part) != std::string::npos; });
  });
}

} // namespace

TEST_CASE("A client of RTMP behind the PROXY protocol is the announced one, for rules and in the session log") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  RtmpSite site(announced_rtmp(mpm, "<Location \"/open\">\nRequire ip 203.0.113.9\n</Location>\n"));
  site.httpd().error_log().expect("RTMPT193: 403 for client 203.0.113.77");
  site.httpd().error_log().expect("RTMPT193: 403 for client 127.0.0.3");
  site.httpd().error_log().expect("AH01630");
  const Endpoint plain = site.httpd().plain();
  const SessionLogFile log(site.httpd().root() / "logs/session.log");
  for (const std::string& header : headers()) {
    RtmpSession session = begin_session(site.backend(), from(kAnnouncer, plain, header));
    CHECK_NOTHROW(carry_both_ways(session, 200'000, 1));
    session.client.close();
    CHECK_NOTHROW(session.media->wait_for_end());
    CHECK_NOTHROW(site.httpd().error_log().wait_for("session of 203\\.0\\.113\\.9 at "));
  }
  for (const auto& [peer, header] :
       {std::pair(kAnnouncer, v1_header("203.0.113.77")), std::pair(kStranger, std::string())}) {
    RtmpClient client(from(peer, plain, header));
    client.connect("live");
    CHECK(client.receive_all() == rtmpt_proxy::protocol::connect_refusal(1, RefusalWords::access_denied));
  }
  auto lines = log.wait_for(4);
  std::sort(lines.begin(), lines.end());
  CHECK(lines == std::vector<std::string>{"127.0.0.3 rtmp - refused", "203.0.113.77 rtmp - refused",
                                          "203.0.113.9 rtmp handed-over close", "203.0.113.9 rtmp handed-over close"});
}

TEST_CASE("A PROXY header and RTMP come in any pieces, and every byte behind the header arrives") {
  RtmpSite site(announced_rtmp("event", ""));
  for (const std::string& header : headers())
    for (const std::size_t at : {std::size_t{1}, std::size_t{7}, header.size() - 1, header.size(), header.size() + 1}) {
      CAPTURE(at, header.size());
      const std::string hello = "\3" + std::string(kHandshakePart, 'c');
      RtmpClient client(from(kAnnouncer, site.httpd().plain()));
      client.send((header + hello).substr(0, at));
      eventually("httpd has read the first piece", [&] { return has_been_read(client.stream()); });
      client.send((header + hello).substr(at));
      const std::string answer = client.receive(kHandshakeAnswer);
      CHECK(answer.substr(1 + kHandshakePart) == hello.substr(1));
      client.send(answer.substr(1, kHandshakePart) + connect_command("live"));
      const auto media = site.backend().accept();
      CHECK_NOTHROW(greet_gateway(*media, connect_command("live")));
    }
}

TEST_CASE("HAProxy and nginx bring clients of RTMP to httpd, and every frame arrives") {
  const auto kind = GENERATE(FrontProxyKind::nginx_stream, FrontProxyKind::haproxy_v1, FrontProxyKind::haproxy_v2);
  const bool tls = GENERATE(false, true);
  CAPTURE(kind, tls);
  NginxRtmp media;
  HttpdOptions options = announced_rtmp("event", "RTMPTAcceptRTMP On\nRTMPTProxyPass " + media.url() + "\n");
  HttpdFixture httpd(options);
  httpd.start();
  FrontProxy proxy(kind, tls ? httpd.tls().port : httpd.plain().port);
  const std::string url =
      (tls ? "rtmps://127.0.0.1:" : "rtmp://127.0.0.1:") + std::to_string(proxy.endpoint().port) + "/live/cam";
  LibrtmpPlayer witness(media.stream_url("cam"), kPublished + 60s);
  eventually("the witness plays", [&] { return media.stream("cam").has_value(); });
  {
    FfmpegPublisher publisher(url, kPublished);
    media.wait_for_stream("cam");
    FfmpegPlayer player(url, 3s);
    CHECK(player.wait(Deadline(kPublished)) >= least_pictures(3s));
    check_all_came(witness, publisher.finish());
  }
  const auto lines = SessionLogFile(httpd.root() / "logs/session.log").wait_for(2);
  const std::string wanted = std::string("127.0.0.1 ") + (tls ? "rtmps pumped " : "rtmp handed-over ");
  for (const std::string& line : lines) {
    CAPTURE(line);
    CHECK(line.starts_with(wanted));
  }
}

TEST_CASE("nginx-rtmp admits and logs publishers of RTMP by the addresses that the proxy in front announced") {
  NginxRtmp media({"proxy_protocol", "allow publish 203.0.113.9; deny publish all; allow play all;"});
  HttpdOptions options = announced_options();
  options.site = "RTMPTAcceptRTMP On\nRTMPTForwardClient proxy-v1\nRTMPTProxyPass " + media.url() + "\n";
  HttpdFixture httpd(options);
  httpd.start();
  const auto connect_from = [&](const std::string& client) {
    RtmpClient publisher(from(kAnnouncer, httpd.plain(), v1_header(client)));
    publisher.connect("live");
    return publisher;
  };
  RtmpClient let_in = connect_from("203.0.113.9");
  let_in.send(publish_commands("friend"));
  CHECK(happens([&] { return media.stream("friend").has_value(); }));
  let_in.close();
  CHECK(happens([&] { return has_line(media.access_log(), {"203.0.113.9 [", "PUBLISH \"live\" \"friend\""}); }));
  RtmpClient kept_out = connect_from("198.51.100.7");
  kept_out.send(publish_commands("stranger"));
  CHECK(happens([&] { return has_line(media.error_log(), {"access forbidden by rule", "client: 198.51.100.7"}); }));
  const auto stream = media.stream("stranger");
  CHECK((!stream || !stream->publishing));
}
