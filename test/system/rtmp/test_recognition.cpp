// SPDX-License-Identifier: Apache-2.0
// Clients that speak RTMP are recognised by their first byte and given to the gateway; all others are served as ever.
// The gateway of these tests says how the connection came and then sends everything back.
#include "ask_site.hpp"
#include "support/clients/http2_connection.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/child_process.hpp"
#include "support/os/free_port.hpp"
#include "support/os/random_bytes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

HttpdOptions accepting(const std::string& mpm, const std::string& global = {}) {
  HttpdOptions options;
  options.mpm = mpm;
  options.global = global;
  options.site = "RTMPTProxyPass rtmp://127.0.0.1:19350\n";
  return options;
}

std::string port_of(const ByteStream& stream) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(stream.socket(), reinterpret_cast<sockaddr*>(&address), &size);
  return std::to_string(ntohs(address.sin_port));
}

// Reads until so many bytes are there.
std::string read_bytes(ByteStream& stream, std::size_t count) {
  std::string bytes;
  while (bytes.size() < count) {
    const std::string piece = stream.read_some(Deadline{});
    if (piece.empty()) break;
    bytes += piece;
  }
  return bytes;
}

// What the gateway says first about a connection of this stream to `port`.
std::string words(const ByteStream& stream, std::uint16_t port, bool tls) {
  return "rtmp 127.0.0.1:" + port_of(stream) + ">127.0.0.1:" + std::to_string(port) + " tls=" + (tls ? "1" : "0") +
         " name=\n";
}

// Sends these bytes, a piece at a time; each must come back.
void check_echo(ByteStream& stream, std::string_view bytes) {
  constexpr std::size_t kPieceBytes = 20'000;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kPieceBytes))) {
    const std::string piece(bytes.substr(0, kPieceBytes));
    stream.write_all(piece);
    CHECK(difference(read_bytes(stream, piece.size()), piece).empty());
  }
}

// A client that begins with one byte of RTMP; everything must come back behind the gateway's words.
void check_carried(ByteStream& stream, const std::string& expected_words, std::uint32_t seed) {
  stream.write_all("\x03");
  CHECK(read_bytes(stream, expected_words.size() + 1) == expected_words + "\x03");
  check_echo(stream, random_bytes(300'000, seed));
}

} // namespace

TEST_CASE("RTMP on a port for HTTP and on a port for HTTPS reaches the gateway, byte for byte") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AskSite site(accepting(mpm));
  for (const std::uint16_t port : {site.httpd().plain().port, site.httpd().tls().port}) {
    const auto stream = connect_to({"127.0.0.1", port});
    check_carried(*stream, words(*stream, port, false), port);
  }
  for (const char version : {'\x06', '\x08', '\x09'}) {
    const auto stream = connect_to(site.httpd().plain());
    stream->write_all(std::string(1, version) + "encrypted");
    const std::string expected = words(*stream, site.httpd().plain().port, false) + version + "encrypted";
    CHECK(read_bytes(*stream, expected.size()) == expected);
  }
  CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
  CHECK(fetch(site.httpd().tls(), "/").body == kPageText);
}

TEST_CASE("RTMP inside TLS is pumped with MPM event, through graceful restarts, and refused with the others") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AskSite site(accepting(mpm));
  const auto stream = connect_to(site.httpd().tls());
  if (mpm == "event") {
    check_carried(*stream, words(*stream, site.httpd().tls().port, true), 7);
    site.httpd().graceful();
    site.httpd().graceful();
    check_echo(*stream, random_bytes(200'000, 8));
  } else {
    site.httpd().error_log().expect("RTMPT196");
    stream->write_all("\x03");
    std::string end = "unread";
    try {
      end = stream->read_some(Deadline{});
    } catch (const std::runtime_error&) {
      end.clear(); // TLS was not closed in its own way
    }
    CHECK(end.empty());
  }
}

TEST_CASE("A first byte that comes late is recognised too, and a silent client keeps no page waiting") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  const bool tls = GENERATE(false, true);
  if (tls && mpm != "event") return;
  CAPTURE(mpm, tls);
  AskSite site(accepting(mpm, "AcceptFilter http none\nAcceptFilter https none\n"));
  const Endpoint endpoint = tls ? site.httpd().tls() : site.httpd().plain();
  const auto stream = connect_to(endpoint);
  std::this_thread::sleep_for(600ms); // the client's own pause
  check_carried(*stream, words(*stream, endpoint.port, tls), 9);
  if (mpm != "event") return;
  std::vector<std::unique_ptr<ByteStream>> silent;
  for (int i = 0; i < 100; ++i) // more than the threads of all children
    silent.push_back(connect_to({"127.0.0.1", endpoint.port}));
  const auto begin = Clock::now();
  CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
  CHECK(Clock::now() - begin < 20s); // a minute, if it waited for the silent ones
}

TEST_CASE("Where no virtual host of the address takes RTMP, its first byte is what it is without this module") {
  HttpdOptions options = accepting("event", "RTMPTAcceptRTMP Off\n");
  options.plain_site = "RTMPTAcceptRTMP Off\n";
  AskSite site(options);
  HttpConnection connection(site.httpd().plain());
  connection.send(std::string("\x03") + std::string(40, 'x') + "\r\n\r\n");
  CHECK(connection.receive().status == 400);
}

TEST_CASE("HTTP is served as ever where RTMP is accepted: kept connections, TLS with and without ALPN, HTTP/2") {
  const std::string mpm = GENERATE("event", "worker");
  HttpdOptions options = accepting(mpm, "Protocols h2 h2c http/1.1\n");
  options.more_modules = {"http2"};
  AskSite site(options);
  for (const Endpoint& endpoint : {site.httpd().plain(), site.httpd().tls()}) {
    HttpConnection kept(endpoint);
    for (int i = 0; i < 3; ++i)
      CHECK(kept.exchange(get("/")).body == kPageText);
  }
  Http2Connection prior_knowledge(site.httpd().plain());
  const std::uint32_t stream = prior_knowledge.get("localhost", "/", {});
  CHECK(prior_knowledge.is_ok(stream));
  CHECK(prior_knowledge.body(stream) == kPageText);
  // curl names protocols in its TLS, or not.
  const std::string url = "https://localhost:" + std::to_string(site.httpd().tls().port) + "/";
  for (const std::string option : {"--http2", "--http1.1", "--no-alpn"})
    CHECK(run_command({"curl", "-sk", option, url}).output == kPageText);
  // The request comes in two pieces, the first of one byte.
  HttpConnection slow(site.httpd().plain());
  slow.send("G");
  std::this_thread::sleep_for(50ms);
  CHECK(slow.exchange(get("/").substr(1)).body == kPageText);
}

TEST_CASE("A port of its own carries nothing but RTMP") {
  HttpdOptions options = accepting("event", "RTMPTAcceptRTMP Off\n");
  const std::uint16_t port = free_port();
  options.more_hosts = "Listen 127.0.0.1:" + std::to_string(port) + "\n<VirtualHost *:" + std::to_string(port) +
                       ">\nServerName rtmp.example\nRTMPTAcceptRTMP On\nRTMPTProxyPass rtmp://127.0.0.1:19350\n"
                       "</VirtualHost>\n";
  AskSite site(options);
  const auto stream = connect_to({"127.0.0.1", port});
  check_carried(*stream, words(*stream, port, false), 21);
  HttpConnection elsewhere(site.httpd().plain());
  elsewhere.send("\x03xxxx\r\n\r\n");
  CHECK(elsewhere.receive().status == 400);
}

TEST_CASE("PROXY headers in front, and hosts that let in nobody but proxies") {
  HttpdOptions options = accepting("event");
  options.global = "RPAFenable On\nRPAFproxy_ips 127.0.0.2 127.0.0.3\nRPAFproxyProtocol On\n";
  AskSite site(options);
  const std::uint16_t port = site.httpd().plain().port;
  Endpoint proxy = site.httpd().plain();
  proxy.from_address = "127.0.0.2";
  proxy.preamble = "PROXY TCP4 198.51.100.4 192.0.2.1 40001 1935\r\n";
  const auto announced = connect_to(proxy);
  check_carried(*announced, "rtmp 198.51.100.4:40001>127.0.0.1:" + std::to_string(port) + " tls=0 name=\n", 11);
  proxy.port = site.httpd().tls().port;
  const auto on_tls_port = connect_to(proxy);
  check_carried(*on_tls_port, "rtmp 198.51.100.4:40001>127.0.0.1:" + std::to_string(proxy.port) + " tls=0 name=\n", 12);
  proxy.tls = true;
  const auto inside_tls = connect_to(proxy);
  check_carried(*inside_tls, "rtmp 198.51.100.4:40001>127.0.0.1:" + std::to_string(proxy.port) + " tls=1 name=\n", 13);
  const auto direct = connect_to(site.httpd().plain());
  check_carried(*direct, words(*direct, port, false), 14);

  HttpdOptions closed = with_asking_gateway(options);
  closed.global += "RPAF_ForbidIfNotProxy On\n";
  site.httpd().configure(closed);
  site.httpd().graceful();
  proxy.tls = false;
  const auto still_announced = connect_to(proxy);
  check_carried(*still_announced, "rtmp 198.51.100.4:40001>127.0.0.1:" + std::to_string(proxy.port) + " tls=0 name=\n",
                15);
  const auto refused = connect_to(site.httpd().plain());
  refused->write_all("\x03" + std::string(10, 'x') + "\r\n\r\n");
  CHECK(refused->read_some(Deadline{}).find("rtmp ") == std::string::npos);
}

TEST_CASE("RTMP is not recognised where mod_remoteip reads PROXY headers, for nobody knows the client then") {
  HttpdOptions options = accepting("event");
  const std::uint16_t port = free_port();
  options.more_modules = {"remoteip"};
  options.more_hosts = "Listen 127.0.0.1:" + std::to_string(port) + "\n<VirtualHost *:" + std::to_string(port) +
                       ">\nServerName rtmp.example\nRemoteIPProxyProtocol On\n"
                       "RemoteIPProxyProtocolExceptions 127.0.0.3\nRTMPTProxyPass rtmp://127.0.0.1:19350\n"
                       "</VirtualHost>\n";
  const CommandResult checked = HttpdFixture(with_asking_gateway(options)).configtest();
  CHECK(checked.exit_code == 0);
  const auto first = checked.output.find("RTMPT198");
  REQUIRE(first != std::string::npos);
  CHECK(checked.output.find("RPAFproxyProtocol", first) != std::string::npos);
  CHECK(checked.output.find("RTMPT198", first + 1) == std::string::npos);

  AskSite site(options);
  site.httpd().error_log().expect("RTMPT198");
  Endpoint proxy{"127.0.0.1", port};
  proxy.from_address = "127.0.0.2";
  proxy.preamble = "PROXY TCP4 198.51.100.4 192.0.2.1 40001 1935\r\n";
  const auto announced = connect_to(proxy);
  announced->write_all("\x03" + std::string(10, 'x') + "\r\n\r\n");
  CHECK(announced->read_some(Deadline{}).find("rtmp ") == std::string::npos);
  proxy.from_address = "127.0.0.3";
  proxy.preamble.clear();
  const auto direct = connect_to(proxy); // mod_remoteip lets it speak for itself
  direct->write_all("\x03");
  CHECK(read_bytes(*direct, 5).starts_with("rtmp "));
}

TEST_CASE("Clients whose right to stream is not known yet leave places for streams that have it") {
  HttpdOptions options = accepting("event", "StartServers 2\nThreadsPerChild 4\nMinSpareThreads 4\nMaxSpareThreads 8\n"
                                            "MaxRequestWorkers 8\nServerLimit 8\nAsyncRequestWorkerFactor 1\n");
  AskSite site(options);
  // Eight streams may keep a connection; a quarter of the places is for those that httpd has let in.
  site.httpd().error_log().expect(
      "RTMPT073: no stream for client 127.0.0.1: 6 streams keep a connection of httpd, 6 may");
  site.httpd().error_log().allow("AH00484|AH10159|AH00286|AH00161|AH03490");
  std::vector<std::unique_ptr<ByteStream>> streams;
  for (std::uint32_t i = 0; i < 6; ++i) {
    streams.push_back(connect_to(site.httpd().tls()));
    streams.back()->write_all("\x03");
    CHECK(read_bytes(*streams.back(), 5).starts_with("rtmp "));
  }
  const auto refused = connect_to(site.httpd().tls());
  refused->write_all("\x03");
  std::string end = "unread";
  try {
    end = refused->read_some(Deadline{});
  } catch (const std::runtime_error&) {
    end.clear(); // TLS was not closed in its own way
  }
  CHECK(end.empty());
}

TEST_CASE("At a graceful stop the gateway is told at once that it can ask nobody any more") {
  AskSite site(accepting("event"));
  const auto stream = connect_to(site.httpd().tls()); // keeps its child, and so httpd
  check_carried(*stream, words(*stream, site.httpd().tls().port, true), 31);
  site.httpd().begin_graceful_stop();
  eventually("no question is accepted", [&] { return site.open("/live").text.starts_with("not connected"); });
  check_echo(*stream, "still carried");
}
