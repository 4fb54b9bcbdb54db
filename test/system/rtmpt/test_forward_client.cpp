// SPDX-License-Identifier: Apache-2.0
// RTMPTForwardClient: what media servers are told of the client, byte by byte, and that nothing else changes.
#include "support/clients/farm_sessions.hpp"
#include "support/os/random_bytes.hpp"
#include "support/peers/farm_rtmpt_member.hpp"
#include "support/sites/rtmpt_site.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <future>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr const char* kProxyV2Signature = "\r\n\r\n\0\r\nQUIT\n";

// The port of this end of the client's connection.
std::uint16_t own_port(TunnelClient& client) {
  sockaddr_in6 address{}; // large enough for either family, whose ports stand at the same place
  socklen_t size = sizeof address;
  REQUIRE(getsockname(client.connection().stream().socket(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin6_port);
}

std::string two_bytes(std::uint16_t number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}

std::string packed(const std::string& address) {
  const bool v6 = address.find(':') != std::string::npos;
  std::string bytes(v6 ? 16 : 4, '\0');
  REQUIRE(inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) == 1);
  return bytes;
}

struct Told {
  std::string source;
  std::uint16_t source_port;
  std::string destination;
  std::uint16_t destination_port;
};

// What a server must get in front of the client's bytes, written here by hand. Both addresses are of one family.
std::string preamble(const std::string& how, const Told& told) {
  const bool v6 = told.source.find(':') != std::string::npos;
  if (how == "proxy-v1")
    return (v6 ? "PROXY TCP6 " : "PROXY TCP4 ") + told.source + " " + told.destination + " " +
           std::to_string(told.source_port) + " " + std::to_string(told.destination_port) + "\r\n";
  if (how == "proxy-v2")
    return std::string(kProxyV2Signature, 12) + (v6 ? "\x21\x21\x00\x24"s : "\x21\x11\x00\x0c"s) + packed(told.source) +
           packed(told.destination) + two_bytes(told.source_port) + two_bytes(told.destination_port);
  if (how == "srs" && !v6) return "\xf3\x00\x04"s + packed(told.source);
  return {};
}

HttpdOptions forwarding(const std::string& how, const std::string& more = {}) {
  HttpdOptions options;
  options.global = "RTMPTForwardClient " + how + "\n" + more;
  return options;
}

// The balancer's second member is asked only when the first has failed.
HttpdOptions with_reserve(const std::string& how, const std::string& first_url, const ScriptedBackend& reserve) {
  auto options = forwarding(how);
  options.plain_site =
      balancer_section("media", {first_url, reserve.url() + " status=+H"}) + "RTMPTProxyPass balancer://media\n";
  return options;
}

constexpr const char* kTrusting = "RPAFenable On\nRPAFproxy_ips 127.0.0.1 ::1\n";

// The preamble comes alone in its segment, then the client's bytes, and as ever what the server sends.
void check_told(TunnelClient& client, std::unique_ptr<BackendConnection> media, const std::string& expected) {
  CHECK(difference(media->wait_for_bytes(expected.size()), expected) == "");
  CHECK(media->data_segments() == (expected.empty() ? 0 : 1));
  TunnelSession session{std::move(client), std::move(media)};
  CHECK_NOTHROW(carry_both_ways(session, 50'000, 1));
  CHECK(difference(session.media->received().substr(0, expected.size()), expected) == "");
  CHECK(session.client.close().status == 200);
  CHECK_NOTHROW(session.media->wait_for_end());
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

// What each open said of the client, and that no other request said anything.
std::vector<std::string> told_in_opens(const ScriptedRtmptServer& server) {
  std::vector<std::string> told;
  for (const auto& request : server.requests()) {
    const auto count = occurrences(request.head, "X-Forwarded-For");
    CHECK(count <= (request.kind == "open" ? 1 : 0));
    if (request.kind == "open") told.push_back(request.header("X-Forwarded-For").value_or("nothing"));
  }
  return told;
}

} // namespace

TEST_CASE("An RTMP server gets the client's address in one segment before its bytes, whichever way they travel") {
  const std::string how = GENERATE("proxy-v1", "proxy-v2", "srs");
  TunnelSite site(forwarding(how));
  const auto& httpd = site.httpd();
  for (const auto& carriage : carriages()) {
    CAPTURE(how, carriage);
    auto client = site.client(carriage);
    const auto port = carriage.tls ? httpd.tls().port : httpd.plain().port;
    const auto expected = preamble(how, {"127.0.0.1", own_port(client), "127.0.0.1", port});
    client.open();
    auto media = site.backend().accept();
    check_told(client, std::move(media), expected);
  }
}

TEST_CASE("A client over IPv6 is told of as such, and SRS is told nothing of it") {
  const std::string how = GENERATE("proxy-v1", "proxy-v2", "srs");
  TunnelSite site(forwarding(how));
  for (const auto& carriage : {handed_over(), forwarded(), carriages().back()}) {
    CAPTURE(how, carriage);
    auto endpoint = site.httpd().plain_v6();
    if (carriage.tls) endpoint = {"::1", site.httpd().tls().port, true};
    TunnelClient client(endpoint, carriage.headers);
    const auto expected = preamble(how, {"::1", own_port(client), "::1", endpoint.port});
    CHECK(expected.empty() == (how == "srs"));
    client.open();
    auto media = site.backend().accept();
    check_told(client, std::move(media), expected);
  }
}

TEST_CASE("Behind a proxy the restored client is told of, with port 0 where nobody named one") {
  const std::string how = GENERATE("proxy-v1", "proxy-v2", "srs");
  TunnelSite site(forwarding(how, kTrusting));
  const auto plain = site.httpd().plain();
  const auto plain_v6 = site.httpd().plain_v6();
  struct Case {
    Endpoint endpoint;
    std::string header;
    Told told;
  };
  const Case cases[] = {
      {plain, "203.0.113.9", {"203.0.113.9", 0, "127.0.0.1", plain.port}},
      {plain, "203.0.113.9:4711", {"203.0.113.9", 4711, "127.0.0.1", plain.port}},
      {plain, "198.51.100.1, 203.0.113.9", {"203.0.113.9", 0, "127.0.0.1", plain.port}},
      {plain, "2001:db8::9", {"2001:db8::9", 0, "::ffff:127.0.0.1", plain.port}},
      {plain_v6, "[2001:db8::9]:4711", {"2001:db8::9", 4711, "::1", plain.port}},
  };
  for (const auto& one : cases) {
    CAPTURE(how, one.header);
    TunnelClient client(one.endpoint, "X-Forwarded-For: " + one.header + "\r\n");
    client.open();
    check_told(client, site.backend().accept(), preamble(how, one.told));
  }
  // An IPv4 client that came to an IPv6 address: SRS is told, for it wants the client's address alone.
  TunnelClient client(plain_v6, "X-Forwarded-For: 203.0.113.9\r\n");
  client.open();
  const auto expected = how == "srs" ? preamble(how, {"203.0.113.9", 0, "203.0.113.9", 0})
                                     : preamble(how, {"::ffff:203.0.113.9", 0, "::1", plain.port});
  check_told(client, site.backend().accept(), expected);
}

TEST_CASE("An RTMP server is told nothing by default, nor by none") {
  const std::string text = GENERATE("", "RTMPTForwardClient none\n");
  CAPTURE(text);
  HttpdOptions options;
  options.global = text;
  TunnelSite site(options);
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    CHECK_NOTHROW(carry_both_ways(session, 10'000, 1)); // compares all that the server got
    CHECK(session.client.close().status == 200);
  }
}

TEST_CASE("An RTMPT server is told the restored client in the open alone, and with none nothing") {
  struct Case {
    std::string how, header, told;
  };
  const Case cases[] = {{"xff", "203.0.113.9", "203.0.113.9"},
                        {"XFF", "198.51.100.1, 203.0.113.9:4711", "203.0.113.9"},
                        {"xff", "[2001:DB8:0::9]:4711", "2001:db8::9"},
                        {"xff", "unknown", "127.0.0.1"},
                        {"none", "203.0.113.9", "nothing"}};
  for (const auto& one : cases) {
    CAPTURE(one.how, one.header);
    RtmptSite site(forwarding(one.how, kTrusting));
    auto session = site.session({"behind a proxy", false, "X-Forwarded-For: " + one.header + "\r\n"});
    CHECK_NOTHROW(carry_both_ways(site, session, 5'000, 1));
    CHECK(told_in_opens(site.server()) == std::vector<std::string>{one.told});
  }
}

TEST_CASE("What a client that is no proxy says of itself is not told on") {
  RtmptSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto liar = carriage;
    liar.headers += "X-Forwarded-For: 203.0.113.9\r\n";
    auto session = site.session(liar);
    CHECK_NOTHROW(carry_both_ways(site, session, 5'000, 1));
  }
  CHECK(told_in_opens(site.server()) == std::vector<std::string>(3, "127.0.0.1"));
}

TEST_CASE("After a fail-over the next member is told of the client as the first would have been") {
  const auto carriage = GENERATE(handed_over(), forwarded());
  CAPTURE(carriage);
  FarmMember dead('a');
  dead.kill();
  ScriptedBackend reserve;
  HttpdFixture httpd(with_reserve("proxy-v1", dead.url(), reserve));
  httpd.start();
  httpd.error_log().expect("RTMPT050.*" + dead.url());
  TunnelClient client(httpd.plain(), carriage.headers);
  const auto expected = preamble("proxy-v1", {"127.0.0.1", own_port(client), "127.0.0.1", httpd.plain().port});
  client.open();
  check_told(client, reserve.accept(), expected);
}

TEST_CASE("A server that closes on what it is told of the client has not taken the session: the next one does") {
  const bool resets = GENERATE(false, true);
  CAPTURE(resets);
  ScriptedBackend refusing;
  ScriptedBackend reserve;
  HttpdFixture httpd(with_reserve("proxy-v2", refusing.url(), reserve));
  httpd.start();
  // On a busy machine the refusal may come later than it is waited for: that session ends, and the next open shows it.
  for (int attempt = 0; attempt < 20; ++attempt) {
    TunnelClient client(httpd.plain());
    const auto expected = preamble("proxy-v2", {"127.0.0.1", own_port(client), "127.0.0.1", httpd.plain().port});
    const auto refuse = [&] {
      auto connection = refusing.accept();
      const auto got = connection->wait_for_bytes(expected.size());
      resets ? connection->reset() : connection->close();
      return got;
    };
    auto refused = std::async(std::launch::async, refuse);
    client.open();
    CHECK(difference(refused.get(), expected) == "");
    if (!reserve.has_connection(Deadline(0ms))) continue;
    httpd.error_log().expect("RTMPT050.*" + refusing.url());
    check_told(client, reserve.accept(), expected);
    return;
  }
  FAIL("the refusal was never noticed in the open");
}

TEST_CASE("Of a balancer's members each is told in the way that fits it") {
  ScriptedBackend rtmp;
  FarmRtmptMember rtmpt('b');
  auto options = forwarding("proxy-v1");
  options.plain_site = balancer_section("media", {rtmp.url(), rtmpt.url()}, "  ProxySet lbmethod=rtmptsessions\n") +
                       "RTMPTProxyPass balancer://media\n";
  HttpdFixture httpd(options);
  httpd.start();
  TunnelClient first(httpd.plain());
  const auto expected = preamble("proxy-v1", {"127.0.0.1", own_port(first), "127.0.0.1", httpd.plain().port});
  first.open();
  auto media = rtmp.accept();
  auto second = begin_session(httpd.plain());
  CHECK(second.member == 'b');
  CHECK_NOTHROW(carry_and_return(second, 20'000, 1));
  CHECK(told_in_opens(rtmpt.server()) == std::vector<std::string>{"127.0.0.1"});
  check_told(first, std::move(media), expected);
}

TEST_CASE("A virtual host says for itself what its servers are told") {
  ScriptedBackend told;
  HttpdOptions options = forwarding("proxy-v1");
  options.plain_site = "RTMPTProxyPass " + told.url() + "\nRTMPTForwardClient srs\n";
  HttpdFixture httpd(options);
  httpd.start();
  TunnelClient client(httpd.plain());
  client.open();
  check_told(client, told.accept(), "\xf3\x00\x04\x7f\x00\x00\x01"s);
}

TEST_CASE("Over HTTP/2 the server is told the address and port of the client's connection") {
  auto options = forwarding("proxy-v1");
  options.more_modules = {"http2"};
  options.global += "Protocols h2 http/1.1\n";
  TunnelSite site(options);
  const auto port = std::to_string(site.httpd().tls().port);
  const auto result = run_command({"curl", "--silent", "--insecure", "--http2", "--data-binary", "x", "--output",
                                   "/dev/null", "--write-out", "%{http_version} %{response_code} %{local_port}",
                                   "https://127.0.0.1:" + port + "/open/1"});
  REQUIRE(result.output.starts_with("2 200 "));
  const auto expected = "PROXY TCP4 127.0.0.1 127.0.0.1 " + result.output.substr(6) + " " + port + "\r\n";
  CHECK(site.backend().accept()->wait_for_bytes(expected.size()) == expected);
}

TEST_CASE("RTMPTForwardClient fails the configuration test where it fits no server, naming both") {
  struct Case {
    std::string global, site;
    std::vector<std::string> words; // none: the configuration is good
  };
  const std::string rtmpt_farm = balancer_section("farm", {"rtmpt://a:81", "rtmpt://b"});
  const std::string mixed_farm = balancer_section("farm", {"rtmpt://a:81", "rtmp://b"});
  const Case cases[] = {
      {"RTMPTForwardClient proxy-v3\n", "", {"RTMPT090", "RTMPTForwardClient", "'proxy-v3'", "proxy-v2"}},
      {"", "RTMPTForwardClient Off\n", {"RTMPT090", "'Off'", "none"}},
      {"",
       "RTMPTForwardClient xff\nRTMPTProxyPass rtmp://media:1936\n",
       {"RTMPT091", "virtual host localhost", "xff", "rtmp://media:1936", "proxy-v1"}},
      {"", "RTMPTProxyPass rtmpt://red5\nRTMPTForwardClient srs\n", {"RTMPT091", "srs", "rtmpt://red5", "none or xff"}},
      {"RTMPTForwardClient proxy-v1\n", "RTMPTProxyPass rtmpt://red5\n", {"RTMPT091", "proxy-v1", "rtmpt://red5"}},
      {"RTMPTForwardClient proxy-v2\n" + rtmpt_farm,
       "RTMPTProxyPass balancer://farm\n",
       {"RTMPT091", "localhost", "proxy-v2", "rtmpt://a:81"}},
      {"", "RTMPTForwardClient xff\nRTMPTProxyPassMatch Host ^a$ rtmp://media\n", {"RTMPT091", "xff", "rtmp://media"}},
      {"", "RTMPTForwardClient xff\nProxyPass / rtmp://media/\n", {"RTMPT091", "xff", "rtmp://media"}},
      {"RTMPTForwardClient proxy-v1\n", "RTMPTForwardClient xff\nRTMPTProxyPass rtmpt://red5\n", {}},
      {"RTMPTForwardClient none\n", "RTMPTProxyPass rtmpt://red5\n", {}},
      {"RTMPTForwardClient srs\n", "RTMPTProxyPass rtmp://srs\n", {}},
      {"RTMPTForwardClient proxy-v1\n" + mixed_farm, "RTMPTProxyPass balancer://farm\n", {}},
      {"", "RTMPTForwardClient xff\nRTMPTProxyPass rtmp://a\nRTMPTProxyPassMatch Host ^b$ rtmpt://b\n", {}},
      {"RTMPTForwardClient proxy-v1\n", "", {}},
      {"RTMPTForwardClient proxy-v1\n", "RTMPTProxyPass !\n", {}},
  };
  for (const auto& one : cases) {
    HttpdOptions options;
    options.global = one.global;
    options.site = one.site;
    const auto result = HttpdFixture(options).configtest();
    CAPTURE(one.global, one.site, result.output);
    CHECK((result.exit_code == 0) == one.words.empty());
    for (const auto& word : one.words) {
      CAPTURE(word);
      CHECK(result.output.find(word) != std::string::npos);
    }
  }
}
