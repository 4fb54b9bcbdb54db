// SPDX-License-Identifier: Apache-2.0
#include "life/lasting/life_site.hpp"

#include "hub/hub_site.hpp"
#include "life/lasting/echo_streams.hpp"
#include "life/lasting/numbered_streams.hpp"
#include "support/httpd/certificate.hpp"
#include "support/httpd/rtmptctl.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <utility>

namespace rtmpt_proxy::test {

namespace {

constexpr std::chrono::milliseconds kPace{40};
constexpr const char* kForwarded = "Via: 1.1 a-test\r\n";
constexpr const char* kKeptHost = "Host: kept.example\r\n";

std::string origin_url(const HttpdFixture& origin) {
  return "rtmp://127.0.0.1:" + std::to_string(origin.plain().port);
}

std::string place(const std::string& path, const std::string& target) {
  return "<Location \"" + path + "\">\nRTMPTProxyPass " + target + "\n</Location>\n";
}

std::string watch(const std::string& path, const std::string& host, bool by_websocket) {
  const std::string headers = by_websocket
                                  ? "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                  : "";
  return "GET " + path + ".flv HTTP/1.1\r\nHost: " + host + "\r\n" + headers + "\r\n";
}

Leg rtmp_leg(const std::string& name, const Endpoint& endpoint, const std::string& app = "live",
             const std::string& tc_url = {}) {
  return {name, [=](std::uint32_t seed) { return std::make_unique<RtmpEcho>(endpoint, seed, app, tc_url); }};
}

Leg tunnel_leg(const std::string& name, const Endpoint& endpoint, const std::string& headers, OnBrokenConnection what) {
  return {name, [endpoint, headers, what](std::uint32_t seed) {
            return std::make_unique<TunnelEcho>(endpoint, headers, seed, what);
          }};
}

Leg player_leg(const Endpoint& endpoint, const std::string& app, const std::string& name) {
  return {"player of " + app + (endpoint.tls ? " by RTMPS" : " by RTMP"),
          [=](std::uint32_t /*seed*/) { return std::make_unique<NumberedPlayer>(endpoint, app, name); }};
}

Leg watcher_leg(const Endpoint& endpoint, const std::string& path, bool by_websocket) {
  const std::string scheme = std::string(by_websocket ? "WebSocket" : "HTTP") + (endpoint.tls ? " over TLS" : "");
  const std::string host = endpoint.server_name.empty() ? "localhost" : endpoint.server_name;
  return {"viewer of " + path + " by " + scheme, [=](std::uint32_t /*seed*/) {
            return std::make_unique<NumberedWatcher>(endpoint, watch(path, host, by_websocket));
          }};
}

} // namespace

LifeSite::LifeSite(LifeOptions options)
    : other_(std::make_unique<EchoServer>()),
      other_port_(other_->port()),
      terms_(std::move(options)),
      origin_(hub_options()),
      httpd_([this] {
        origin_.start();
        return this->options();
      }()) {
  httpd_.start();
}

HttpdOptions LifeSite::options() const {
  HttpdOptions options;
  // The one certificate is for localhost, of which mod_ssl warns.
  options.global = "LogLevel ssl:error\n" + terms_.lines;
  options.site = "RTMPTProxyPass " + media_.url() + "\nRTMPTAcceptRTMP On\nRTMPTSessionTimeout " +
                 terms_.session_timeout + "\nRTMPTWatch flv ws\nRTMPTSessionLog \"" + terms_.session_log +
                 "\" \"%{leg}r %{way}r %{end}r\"\n" + place("/show", "hub:show") +
                 place("/far", origin_url(origin_) + " cache=on") +
                 place("/other", "rtmp://127.0.0.1:" + std::to_string(other_port_));
  options.tls_site = "RTMPTTerminateTLS gateway\n";
  const std::string tls = "SSLEngine on\nSSLCertificateFile @ROOT@/certificate.pem\nSSLCertificateKeyFile "
                          "@ROOT@/key.pem\n" +
                          options.site;
  options.more_hosts =
      "<VirtualHost *:@TLS_PORT@>\nServerName kept.example\nRTMPTTerminateTLS httpd\n" + tls + "</VirtualHost>\n";
  for (int i = 0; i < generation_ % 3; ++i)
    options.more_hosts += "<VirtualHost *:@TLS_PORT@>\nServerName more" + std::to_string(i) +
                          ".example\nRTMPTTerminateTLS gateway\n" + tls + "</VirtualHost>\n";
  return options;
}

Endpoint LifeSite::kept() const {
  Endpoint endpoint = httpd_.tls();
  endpoint.server_name = "kept.example";
  return endpoint;
}

void LifeSite::change_configuration() {
  ++generation_;
  std::filesystem::remove(httpd_.root() / "key.pem");
  write_certificate(httpd_.root());
  httpd_.configure(options());
}

std::vector<Leg> LifeSite::echo_legs() {
  return {tunnel_leg("RTMPT handed over", httpd_.plain(), {}, OnBrokenConnection::give_up),
          tunnel_leg("RTMPT forwarded", httpd_.plain(), kForwarded, OnBrokenConnection::repeat),
          tunnel_leg("RTMPTS at the gateway", httpd_.tls(), {}, OnBrokenConnection::give_up),
          tunnel_leg("RTMPTS pumped", kept(), kKeptHost, OnBrokenConnection::repeat),
          rtmp_leg("RTMP", httpd_.plain()),
          rtmp_leg("RTMPS at the gateway", httpd_.tls())};
}

std::vector<Leg> LifeSite::kept_legs() {
  return {tunnel_leg("RTMPTS at httpd", kept(), kKeptHost, OnBrokenConnection::give_up),
          rtmp_leg("RTMPS at httpd", kept(), "live", "rtmps://kept.example/live"),
          watcher_leg(kept(), "/show/cam", false), watcher_leg(kept(), "/show/cam", true)};
}

std::vector<Leg> LifeSite::tunnel_legs_at(const Endpoint& plain, const Endpoint& tls) {
  return {tunnel_leg("RTMPT handed over", plain, {}, OnBrokenConnection::give_up),
          tunnel_leg("RTMPTS at the gateway", tls, {}, OnBrokenConnection::give_up)};
}

std::vector<Leg> LifeSite::legs_at(const Endpoint& plain, const Endpoint& tls) {
  std::vector<Leg> legs = tunnel_legs_at(plain, tls);
  for (const Endpoint& endpoint : {plain, tls}) {
    legs.push_back(rtmp_leg(endpoint.tls ? "RTMPS" : "RTMP", endpoint));
    legs.push_back(player_leg(endpoint, "show", "cam"));
    legs.push_back(watcher_leg(endpoint, "/show/cam", false));
    legs.push_back(watcher_leg(endpoint, "/show/cam", true));
  }
  return legs;
}

std::vector<Leg> LifeSite::other_legs() {
  return {rtmp_leg("RTMP to the other server", httpd_.plain(), "other")};
}

LastingStreams LifeSite::publish() {
  LastingStreams all;
  const auto add = [&](const std::string& name, const Endpoint& endpoint, const char* app, const char* stream) {
    all.push_back(
        std::make_unique<LastingStream>(name, std::make_unique<NumberedPublisher>(endpoint, app, stream), kPace));
  };
  add("publisher by RTMP", httpd_.plain(), "show", "cam");
  add("publisher by RTMPS", httpd_.tls(), "show", "tls");
  add("publisher elsewhere", origin_.plain(), "far", "cam");
  return all;
}

std::vector<Leg> LifeSite::viewer_legs() {
  std::vector<Leg> legs;
  for (const Endpoint& endpoint : {httpd_.plain(), httpd_.tls()}) {
    legs.push_back(player_leg(endpoint, "show", "cam"));
    for (const char* const path : {"/show/tls", "/far/cam"})
      for (const bool by_websocket : {false, true})
        legs.push_back(watcher_leg(endpoint, path, by_websocket));
    legs.push_back(player_leg(endpoint, "far", "cam"));
  }
  return legs;
}

std::size_t LifeSite::sessions() const {
  return Rtmptctl(httpd_).rows("sessions").size();
}

LastingStreams begin(const std::vector<Leg>& legs, int each) {
  LastingStreams streams;
  std::uint32_t seed = 0;
  for (int i = 0; i < each; ++i)
    for (const Leg& leg : legs) {
      INFO(leg.name);
      streams.push_back(std::make_unique<LastingStream>(leg.name, leg.make(seed += 1'000'000), kPace));
    }
  return streams;
}

void check_all_break(LastingStreams& streams) {
  for (const auto& stream : streams) {
    CAPTURE(stream->name());
    CHECK(stream->breaks());
  }
  streams.clear();
}

void check_all_go_on(const LastingStreams& streams) {
  for (const auto& stream : streams) {
    CAPTURE(stream->name());
    CHECK(stream->goes_on());
  }
}

std::uint64_t stop_all(const LastingStreams& streams) {
  std::uint64_t done = 0;
  for (const auto& stream : streams) {
    CAPTURE(stream->name());
    CHECK_NOTHROW(stream->stop());
    done += stream->done();
  }
  return done;
}

} // namespace rtmpt_proxy::test
