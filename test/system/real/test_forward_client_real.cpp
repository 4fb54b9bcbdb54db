// SPDX-License-Identifier: Apache-2.0
// nginx-rtmp learns who publishes over RTMPT through a front proxy: it logs and authorises the encoder's own address.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/tunnel_client.hpp"
#include "support/clients/witness.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/front_nginx.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kPublished{5};
constexpr int kFramesPublished = static_cast<int>(kPublished.count()) * kPictureRate;

// The front proxy's ports: an encoder behind one more proxy, three of them.
enum Port : std::size_t { kFriend, kFriendOverV6, kStranger };
const std::vector<std::string> kForwardedFor{"203.0.113.9, $remote_addr", "2001:db8::9, $remote_addr",
                                             "198.51.100.7, $remote_addr"};

NginxRtmpOptions publishing_allowed_to(const std::string& addresses) {
  return {"proxy_protocol", addresses + " deny publish all; allow play all;"};
}

HttpdOptions behind_front(const NginxRtmp& media, const std::string& how) {
  HttpdOptions options;
  options.global = "RPAFenable On\nRPAFproxy_ips 127.0.0.1 ::1\n";
  options.site = "RTMPTProxyPass " + media.url() + "\nRTMPTForwardClient " + how + "\n";
  return options;
}

std::string tunnel_url(const std::string& host, std::uint16_t port, const std::string& name) {
  return "rtmpt://" + host + ":" + std::to_string(port) + "/live/" + name;
}

// Lines of nginx's access log for that command, stream and client.
std::size_t logged(const NginxRtmp& media, const std::string& client, const std::string& command,
                   const std::string& name) {
  const auto lines = lines_of(media.access_log());
  return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.starts_with(client + " [") &&
           line.find("] " + command + " \"live\" \"" + name + "\"") != std::string::npos;
  }));
}

void check_published(const NginxRtmp& media, const std::string& url, const std::string& name) {
  LibrtmpPlayer witness(media.stream_url(name), kPublished + 60s);
  eventually("the witness plays", [&] { return media.stream(name).has_value(); });
  FfmpegPublisher publisher(url, kPublished);
  CHECK_NOTHROW(media.wait_for_stream(name));
  const int frames = publisher.wait(Deadline(60s));
  INFO(publisher.log());
  CHECK(frames == kFramesPublished);
  check_all_came(witness, kFramesPublished, kUnpostedByFfmpeg);
}

void check_denied(const NginxRtmp& media, const std::string& url, const std::string& client, const std::string& name) {
  FfmpegPublisher publisher(url, kPublished);
  const auto refused = [&] {
    const auto lines = lines_of(media.error_log());
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find("access forbidden by rule") != std::string::npos &&
             line.find("client: " + client) != std::string::npos;
    });
  };
  CHECK(happens(refused));
  INFO(publisher.log() << media.error_log());
  publisher.interrupt();
  CHECK(publisher.frames() < kFramesPublished);
  const auto stream = media.stream(name);
  CHECK((!stream || stream->bytes_in == 0));
}

} // namespace

TEST_CASE("nginx-rtmp admits and logs publishers by the addresses that the proxies in front saw") {
  // Where the front reaches httpd over IPv6, IPv4 encoders are told of as the PROXY protocol maps them; rules of IPv4
  // hold for them all the same.
  const bool v6 = GENERATE(false, true);
  const std::string mapped = v6 ? "::ffff:" : "";
  CAPTURE(v6);
  NginxRtmp media(publishing_allowed_to("allow publish 203.0.113.9; allow publish 2001:db8::9;"));
  HttpdFixture httpd(behind_front(media, "proxy-v1"));
  httpd.start();
  FrontNginx front(v6 ? httpd.plain_v6() : httpd.plain(), kForwardedFor);

  check_published(media, tunnel_url("127.0.0.1", front.port(kFriend), "friend"), "friend");
  check_published(media, tunnel_url("[::1]", front.port(kFriendOverV6), "other"), "other");
  check_denied(media, tunnel_url("127.0.0.1", front.port(kStranger), "stranger"), mapped + "198.51.100.7", "stranger");

  CHECK(happens([&] { return logged(media, mapped + "203.0.113.9", "PUBLISH", "friend") == 1; }));
  CHECK(happens([&] { return logged(media, "2001:db8::9", "PUBLISH", "other") == 1; }));
  CHECK(logged(media, "127.0.0.1", "PUBLISH", "friend") == 0);
  CHECK(logged(media, "127.0.0.1", "PUBLISH", "other") == 0);
}

TEST_CASE("nginx-rtmp refuses version 2 of the PROXY protocol, and the open that brings it says so") {
  NginxRtmp media({"proxy_protocol", ""});
  HttpdFixture httpd(behind_front(media, "proxy-v2"));
  httpd.start();
  TunnelClient client(httpd.plain());
  CHECK(client.try_open().status == 503);
  httpd.error_log().expect("RTMPT050.*" + media.url());
}
