// SPDX-License-Identifier: Apache-2.0
// RPAFproxyProtocol: which headers are read, of whom, in which pieces, and what becomes of the others.
#include "restore/rpaf/announced_site.hpp"
#include "test/unit/protocol/proxy/proxy_header_samples.hpp"

#include <catch2/catch.hpp>

#include <poll.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr const char* kOfStranger = "RTMPT117: connection of ";
constexpr const char* kBadHeader = "RTMPT111: connection of the proxy ";

std::string client_of(const GoodProxyHeader& good, const std::string& peer) {
  if (!good.header.connection) return peer;
  return rtmpt_proxy::protocol::to_text(good.header.connection->source.address).c_str();
}

// A connection whose header is the test's own to send.
HttpConnection connect(const AnnouncedSite& site, const std::string& peer) {
  return HttpConnection(site.endpoint(peer));
}

// What is wrong with a connection on which nothing may be served; empty when all is right.
std::string not_closed(HttpConnection& connection) {
  return connection.closed_by_server() ? "" : "not closed; ";
}

// Sends `bytes` in two pieces, of which httpd reads the first by itself.
void send_cut(ByteStream& stream, const std::string& bytes, std::size_t at) {
  if (at > 0) {
    stream.write_all(bytes.substr(0, at));
    eventually("httpd has read the first " + std::to_string(at) + " bytes", [&] { return has_been_read(stream); });
  }
  stream.write_all(bytes.substr(at));
}

// Reads to the end of the stream.
std::string read_all(ByteStream& stream) {
  std::string all;
  for (std::string more; !(more = stream.read_some(Deadline{})).empty();)
    all += more;
  return all;
}

std::string last_request(const std::string& tag) {
  return tagged(tag, "/", "Connection: close\r\n");
}

} // namespace

TEST_CASE("Every good header is read, and its client is that of all requests of the connection") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AnnouncedSite site(announced_site_options(mpm));
  int row = 0;
  for (const GoodProxyHeader& good : good_proxy_headers()) {
    const auto tag = "row" + std::to_string(++row);
    INFO(good.reason);
    const auto client = client_of(good, kAnnouncer);
    auto connection = connect(site, kAnnouncer);
    // Header and request in one segment, then one after the other, then pipelined.
    CHECK(site.facts(connection.exchange(good.bytes + tagged(tag))) == site.facts_of(client));
    CHECK(connection.exchange(tagged(tag, kRemotePage)).body == client);
    connection.send(tagged(tag) + tagged(tag) + tagged(tag));
    for (int i = 0; i < 3; ++i)
      CHECK(site.facts(connection.receive()) == site.facts_of(client));
    CHECK(site.logged(tag) == client + " " + client + " " + kAnnouncer + " 200");
  }
}

TEST_CASE("Every good header is read from a proxy over IPv6") {
  AnnouncedSite site;
  for (const GoodProxyHeader& good : good_proxy_headers()) {
    INFO(good.reason);
    HttpConnection connection(site.httpd().plain_v6());
    CHECK(site.facts(connection.exchange(good.bytes + tagged("v6"))) == site.facts_of(client_of(good, "::1"), "::1"));
  }
}

TEST_CASE("A header is read wherever it is cut, and the request behind it is whole") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AnnouncedSite site(announced_site_options(mpm));
  const std::string headers[] = {v1_header("203.0.113.9"), proxy_v2(0x21, 0x21, ipv6_block() + "\x04\0\x02zz"),
                                 proxy_v2(0x20, 0x00, "")};
  const std::string clients[] = {"203.0.113.9", "2001:db8::1", kAnnouncer};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto bytes = headers[i] + last_request("cut");
    for (std::size_t at = 0; at <= headers[i].size() + 3; ++at) {
      CAPTURE(i, at);
      const auto stream = connect_to(site.endpoint(kAnnouncer));
      send_cut(*stream, bytes, at);
      CHECK(read_all(*stream).find("X-Facts: " + site.facts_of(clients[i])) != std::string::npos);
    }
  }
}

TEST_CASE("A header is read byte by byte") {
  AnnouncedSite site;
  for (const auto& header : {v1_header("203.0.113.9"), proxy_v2(0x21, 0x11, client_block())}) {
    const auto stream = connect_to(site.endpoint(kAnnouncer));
    for (const char byte : header) {
      stream->write_all(std::string(1, byte));
      eventually("httpd has read it", [&] { return has_been_read(*stream); });
    }
    stream->write_all(last_request("bytes"));
    CHECK(read_all(*stream).find("X-Facts: " + site.facts_of("203.0.113.9")) != std::string::npos);
  }
}

TEST_CASE("A proxy's bad header closes the connection unanswered, with one line that says why") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AnnouncedSite site(announced_site_options(mpm));
  auto& log = site.httpd().error_log();
  log.expect(kBadHeader);
  std::size_t count = 0;
  std::string wrong;
  for (const BadProxyHeader& bad : bad_proxy_headers()) {
    auto connection = connect(site, kAnnouncer);
    connection.send(bad.bytes + tagged("bad"));
    wrong += not_closed(connection);
    log.wait_for(kBadHeader, ++count);
    if (log.matching(std::string(to_string(bad.error)) + "$").empty()) wrong += "no reason for " + bad.reason + "; ";
  }
  CHECK(wrong == "");
  CHECK(log.count(kBadHeader, bad_proxy_headers().size()) == bad_proxy_headers().size());
  CHECK(log.count(std::string(kBadHeader) + "127\\.0\\.0\\.2 closed", count) == count);
  CHECK(site.served("bad") == 0);
}

TEST_CASE("A proxy that sends no header is not served, and its health check is nothing to speak of") {
  AnnouncedSite site;
  auto& log = site.httpd().error_log();
  log.expect(kBadHeader);
  for (const auto& bytes : {tagged("none"), std::string("\x16\x03\x01\x02"), std::string(8000, '\n'),
                            std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}) {
    auto connection = connect(site, kAnnouncer);
    connection.send(bytes);
    CHECK(connection.closed_by_server());
  }
  CHECK(log.count(kBadHeader, 4) == 4);
  CHECK(site.served("none") == 0);
  for (int i = 0; i < 20; ++i) {
    const auto check = connect_to(site.endpoint(kAnnouncer));
    check->end_writing();
    CHECK(check->read_some(Deadline{}).empty());
  }
  // The header of a check, and no request.
  for (const auto& header : {proxy_v2(0x20, 0x00, ""), std::string("PROXY UNKNOWN\r\n")}) {
    const auto check = connect_to(site.endpoint(kAnnouncer, header));
    check->end_writing();
    CHECK(check->read_some(Deadline{}).empty());
  }
  CHECK(log.count(kBadHeader, 4) == 4);
}

TEST_CASE("Nobody but a proxy may send a header, and without one everybody is served") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AnnouncedSite site(announced_site_options(mpm));
  auto& log = site.httpd().error_log();
  log.expect(kOfStranger);
  std::string wrong;
  std::size_t count = 0;
  for (const GoodProxyHeader& good : good_proxy_headers())
    for (const std::string peer : {"127.0.0.1", kStranger}) {
      auto connection = connect(site, peer);
      connection.send(good.bytes.substr(0, 200) + tagged("stranger"));
      wrong += not_closed(connection);
      log.wait_for(kOfStranger + peer, (++count + (peer == kStranger ? 0 : 1)) / 2);
    }
  CHECK(wrong == "");
  CHECK(log.count(kOfStranger, 2 * good_proxy_headers().size()) == 2 * good_proxy_headers().size());
  CHECK(site.served("stranger") == 0);

  const auto request = "POST /v4.html HTTP/1.1\r\nHost: localhost\r\nX-Tag: post\r\nContent-Length: 0\r\n\r\n";
  auto connection = connect(site, kStranger);
  for (int i = 0; i < 3; ++i)
    CHECK(site.facts(connection.exchange(tagged("other"))) == site.facts_of(kStranger, kStranger));
  CHECK(connection.exchange(request).status == 403);
  CHECK(site.logged("other") == "127.0.0.3 127.0.0.3 127.0.0.3 200");
  // An empty line in front of a request, which HTTP allows, begins like a header of version 2.
  CHECK(connect(site, kStranger).exchange("\r\n" + tagged("line")).status == 200);
  CHECK(log.count(kOfStranger, 2 * good_proxy_headers().size()) == 2 * good_proxy_headers().size());
}

TEST_CASE("A request that begins like a header is served wherever it is cut") {
  AnnouncedSite site;
  const std::string requests[] = {"PROPFIND / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                                  "PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                                  "\r\n" + last_request("line")};
  for (const auto& request : requests)
    for (std::size_t at = 0; at <= 8; ++at) {
      CAPTURE(request, at);
      const auto stream = connect_to(site.endpoint(kStranger));
      send_cut(*stream, request, at);
      CHECK(read_all(*stream).find("X-Facts: " + site.facts_of(kStranger, kStranger)) != std::string::npos);
    }
  // And who ends within such a beginning gets httpd's own answer.
  for (const std::string begun : {"P", "PROXY", "\r\n\r\n"}) {
    CAPTURE(begun);
    const auto stream = connect_to(site.endpoint(kStranger));
    send_cut(*stream, begun, begun.size());
    stream->end_writing();
    CHECK_NOTHROW(read_all(*stream));
  }
  CHECK(site.httpd().error_log().matching(kOfStranger).empty());
}

TEST_CASE("A header that does not come in time closes the connection, and no thread waits for it longer") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  AnnouncedSite site(announced_site_options(mpm, "Timeout 1\n"));
  auto& log = site.httpd().error_log();
  log.expect(kBadHeader);
  const auto begun = std::chrono::steady_clock::now();
  auto silent = connect_to(site.endpoint(kAnnouncer));
  auto half = connect_to(site.endpoint(kAnnouncer, "PROXY TCP4 203.0.113.9 "));
  const auto long_one = proxy_v2(0x21, 0x11, ipv4_block() + std::string(60'000, 't'));
  auto slow = connect_to(site.endpoint(kAnnouncer, long_one.substr(0, 20)));
  const auto gone = [](ByteStream& stream, short events) { return ready(stream.socket(), events, Deadline(0ms)); };
  // One byte after the other for as long as the connection is there.
  std::size_t sent = 20;
  eventually("the slow header is given up", [&] {
    if (!gone(*slow, POLLIN)) slow->write_all(long_one.substr(sent++, 1));
    return gone(*slow, POLLIN);
  });
  eventually("so is the half one", [&] { return gone(*half, POLLIN); });
  CHECK(std::chrono::steady_clock::now() - begun > 900ms);
  CHECK(std::chrono::steady_clock::now() - begun < 6s);
  CHECK(sent < 10'000);
  log.wait_for("RTMPT111: .* in time: ", 2);
  CHECK(site.facts(connect(site, kAnnouncer).exchange(v1_header("203.0.113.9") + tagged("next"))) ==
        site.facts_of("203.0.113.9"));
}
