// SPDX-License-Identifier: Apache-2.0
// What the gateway relays to httpd: for httpd it is the connection of the client, mod_ssl makes all its checks on it,
// and a request of a session gives the client back to the gateway.
#include "local/descriptor.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/text_file.hpp"
#include "tls_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
namespace local = rtmpt_proxy::local;
namespace protocol = rtmpt_proxy::protocol;

namespace {

constexpr const char* kLog = "LogFormat \"%h %a %{c}a %{SSL_PROTOCOL}x %{SSL_TLS_SNI}x %v %r %>s %{way}^RT\" relay\n"
                             "CustomLog @ROOT@/logs/relay.log relay\n";

const std::string kIdle = "/idle/Btestssssssssssssssssss/1"; // of the second loop of the gateway, whose tag is "test"
const std::string kSend = "/send/Btestssssssssssssssssss/2";

std::string log_of(AskSite& site) {
  const auto file = site.httpd().root() / "logs" / "relay.log";
  return std::filesystem::exists(file) ? read_file(file) : std::string();
}

bool logs(AskSite& site, const std::string& part) {
  return happens([&] { return log_of(site).find(part) != std::string::npos; });
}

HttpConnection relayed(AskSite& site, const std::string& name = {}, RelayedBy by = RelayedBy::gateway) {
  protocol::AskPreamble about = relay_preamble(site);
  about.tls_server_name = name;
  return HttpConnection(relay(site, about, by));
}

// Waits for a line of the gateway about a message of httpd.
AskAnswer notes_with(AskSite& site, const std::string& part) {
  AskAnswer all;
  eventually("httpd tells the gateway: " + part, [&] {
    const AskAnswer more = site.send({});
    all.notes.insert(all.notes.end(), more.notes.begin(), more.notes.end());
    return has_note(all, part);
  });
  return all;
}

std::string ticket(AskSite& site) {
  return "ticket=" + std::to_string(relay_preamble(site).ticket);
}

} // namespace

TEST_CASE("A relayed client gets the site's pages as its own, again and again on one connection") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AskSite site(tls_options(mpm, kLog));
  HttpConnection named = relayed(site, "other.example");
  for (int i = 0; i < 3; ++i)
    CHECK(named.exchange(get("/", "Host: other.example\r\n")).body == kPageText);
  CHECK(logs(site, "192.0.2.7 192.0.2.7 192.0.2.7 TLSv1.3 other.example other.example GET / HTTP/1.1 200 -"));
  HttpConnection unnamed = relayed(site);
  std::string chunks;
  for (int i = 0; i < 100; ++i)
    chunks += "1000\r\n" + std::string(4096, 'c') + "\r\n";
  CHECK(unnamed
            .exchange("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n")
            .body == kPageText);
  CHECK(unnamed.exchange(get("/")).body == kPageText);
  CHECK(logs(site, "192.0.2.7 192.0.2.7 192.0.2.7 TLSv1.3 - localhost POST / HTTP/1.1 200 -"));
  CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
}

TEST_CASE("mod_ssl and the rules of the site judge a relayed client as its own connection") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  HttpdOptions options = tls_options(mpm, kLog);
  options.site += "<Location /tls>\nSSLRequireSSL\nRequire ssl\n</Location>\n"
                  "<Location /near>\nRequire ip 192.0.2.7\n</Location>\n"
                  "<Location /far>\nRequire ip 127.0.0.1 ::1\n</Location>\n"
                  "<Location /strong>\nSSLRequire %{SSL_CIPHER_USEKEYSIZE} >= 128\n</Location>\n"
                  "<Location /weak>\nSSLRequire %{SSL_CIPHER_USEKEYSIZE} >= 1024\n</Location>\n"
                  "<Location /secret>\nSSLVerifyClient require\n</Location>\n"
                  "Alias /tls @ROOT@/htdocs/index.html\nAlias /near @ROOT@/htdocs/index.html\n"
                  "Alias /far @ROOT@/htdocs/index.html\nAlias /strong @ROOT@/htdocs/index.html\n"
                  "Alias /weak @ROOT@/htdocs/index.html\nAlias /secret @ROOT@/htdocs/index.html\n";
  options.more_hosts += "<VirtualHost *:@TLS_PORT@>\nServerName members.example\nSSLEngine on\n"
                        "SSLCertificateFile @ROOT@/certificate.pem\nSSLCertificateKeyFile @ROOT@/key.pem\n"
                        "SSLCACertificateFile @ROOT@/certificate.pem\nSSLVerifyClient require\n</VirtualHost>\n";
  AskSite site(options);
  site.httpd().error_log().allow("ssl:|AH0|authz");
  for (const auto& [path, status] :
       {std::pair{"/tls", 200}, {"/near", 200}, {"/far", 403}, {"/strong", 200}, {"/weak", 403}, {"/", 200}}) {
    CAPTURE(path);
    CHECK(relayed(site, "localhost").exchange(get(path)).status == status);
  }
  std::string secret;
  try {
    secret = relayed(site, "localhost").exchange(get("/secret")).body;
  } catch (const std::runtime_error&) {
    secret = "the handshake failed";
  }
  CHECK(secret.find(kPageText) == std::string::npos);
  CHECK(relayed(site, "localhost").exchange(get("/", "Host: members.example\r\n")).status == 421);
  bool let_in = false;
  try {
    let_in = relayed(site, "members.example").exchange(get("/", "Host: members.example\r\n")).status == 200;
  } catch (const std::runtime_error&) { // the handshake failed
  }
  CHECK_FALSE(let_in);
}

TEST_CASE("A relayed client cannot ask as the gateway does, and no other protocol is spoken with it") {
  HttpdOptions options = tls_options("event", "Protocols h2 h2c http/1.1\nRTMPTAcceptRTMP On\n");
  options.more_modules = {"http2"};
  AskSite site(options);
  site.httpd().error_log().allow("ssl:|AH0");
  for (const char* const method : {"OPEN", "PUBLISH", "PLAY"}) {
    CAPTURE(method);
    CHECK(relayed(site).exchange(std::string(method) + " /live HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 405);
  }
  CHECK(site.open("/live").status == 200); // the gateway can
  HttpConnection upgrading = relayed(site);
  const HttpResponse response = upgrading.exchange(
      get("/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"));
  CHECK(response.head.starts_with("HTTP/1.1 200"));
  HttpConnection rtmp = relayed(site);
  rtmp.send("\x03" + std::string(40, 'x') + "\r\n\r\n");
  CHECK(rtmp.receive().status == 400);
}

TEST_CASE("A preamble in pieces is read to its last byte, and a bad one ends the connection") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  AskSite site(tls_options(mpm));
  protocol::AskPreamble about = relay_preamble(site);
  about.tls_server_name = "other.example";
  const std::string bytes = protocol::encode(about);
  for (const std::size_t cut : {std::size_t{1}, std::size_t{57}, bytes.size() - 1}) {
    CAPTURE(cut);
    local::Descriptor socket = pipe_to(site, bytes.substr(0, cut));
    std::this_thread::sleep_for(50ms); // the gateway's own pause
    REQUIRE(::send(socket.get(), bytes.data() + cut, bytes.size() - cut, 0) ==
            static_cast<ssize_t>(bytes.size() - cut));
    HttpConnection connection(make_tls_stream(std::move(socket), Deadline{}, about.tls_server_name));
    CHECK(connection.exchange(get("/", "Host: other.example\r\n")).body == kPageText);
  }
  site.httpd().error_log().expect("RTMPT192");
  for (const std::string& bad : {"RTMPTask" + std::string(60, '\x09'), std::string(100, 'x'), bytes.substr(0, 30)}) {
    local::Descriptor socket = pipe_to(site, bad);
    char byte = 0;
    REQUIRE(ready(socket.get(), POLLIN, Deadline{}));
    CHECK(::recv(socket.get(), &byte, 1, 0) <= 0);
  }
}

TEST_CASE("A request of a session gives the client back to the gateway, with all that httpd has not taken") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AskSite site(tls_options(mpm, kLog));
  const std::string more = get("/") + std::string(30'000, 'm'); // httpd must not take it
  SECTION("an idle, which httpd has read") {
    HttpConnection connection = relayed(site, "localhost");
    const std::string page = get("/");
    CHECK(connection.exchange(page).body == kPageText);
    const std::string idle = post(kIdle, std::string(1, '\0'));
    connection.send(idle + more);
    CHECK(ends(connection.stream()));
    const AskAnswer told = notes_with(site, "handed over");
    CHECK(has_note(told, "handed over " + ticket(site) + " descriptors=0 idle awaits=1 client=192.0.2.7 taken=" +
                             std::to_string(page.size() + idle.size()) + " residue="));
  }
  SECTION("a send, at its head") {
    HttpConnection connection = relayed(site, "localhost");
    const std::string body(5000, 'b');
    const std::string send = post(kSend, body);
    connection.send(send + more);
    CHECK(ends(connection.stream()));
    const AskAnswer told = notes_with(site, "handed over");
    CHECK(has_note(told, "handed over " + ticket(site) + " descriptors=0 idle awaits=0 client=192.0.2.7 taken=" +
                             std::to_string(send.size() - body.size()) + " residue=POST " + kSend + " HTTP/1.1"));
  }
  SECTION("an open") {
    HttpConnection connection = relayed(site, "localhost");
    const std::string open = post("/open/1", std::string(1, '\0'));
    connection.send(open);
    CHECK(ends(connection.stream()));
    const AskAnswer told = notes_with(site, "handed over");
    CHECK(has_note(told, " client=192.0.2.7 user= tls=1 backend=rtmp://127.0.0.1:19350 server=localhost"));
    CHECK(has_note(told, " open awaits=1 client=192.0.2.7 taken=" + std::to_string(open.size()) + " residue="));
    CHECK(logs(site, "POST /open/1 HTTP/1.1 200 handed-over"));
  }
  CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
}

TEST_CASE("A relayed request is forwarded where its connection is not the client's alone, or not that gateway's") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  AskSite site(tls_options(mpm, ""));
  const auto check_forwarded = [&](HttpConnection connection, const std::string& headers) {
    for (int i = 0; i < 2; ++i) {
      const HttpResponse response = connection.exchange(post(kIdle, std::string(1, '\0'), headers));
      CHECK(response.status == 200);
      CHECK(response.body == "\x01");
    }
    CHECK(connection.exchange(post(kSend, std::string(2000, 'b'), headers)).status == 200);
    const AskAnswer told = notes_with(site, "forward send");
    CHECK(has_note(told, "forward idle"));
    CHECK_FALSE(has_note(told, "handed over"));
  };
  check_forwarded(relayed(site, "localhost"), "X-Forwarded-For: 203.0.113.1\r\n");
  check_forwarded(relayed(site, "localhost"), "Via: 1.1 proxy\r\n");
  HttpdOptions off = tls_options(mpm, "RTMPTHandOver Off\n");
  site.httpd().configure(with_asking_gateway(off));
  site.httpd().graceful();
  check_forwarded(relayed(site, "localhost"), "");
}

TEST_CASE("A relayed request goes to the gateway that has the session, by httpd when another one relays") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  AskSite site(tls_options(mpm, ""));
  HttpConnection connection = relayed(site, "localhost", RelayedBy::another_gateway);
  for (int i = 0; i < 2; ++i)
    CHECK(connection.exchange(post(kIdle, std::string(1, '\0'))).body == "\x01");
  const AskAnswer told = notes_with(site, "forward idle");
  CHECK_FALSE(has_note(told, "handed over"));
}

namespace {

// Whether httpd ends the connection without a byte.
bool is_closed(const local::Descriptor& socket) {
  char byte = 0;
  return ready(socket.get(), POLLIN, Deadline{}) && ::recv(socket.get(), &byte, 1, 0) <= 0;
}

} // namespace

TEST_CASE("Another process of the gateway's user is not believed, though it has the descriptor of the listener") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  AskSite site(tls_options(mpm));
  site.httpd().error_log().expect("RTMPT192.*it does not come from rtmpt-gateway");
  const std::string open = protocol::encode(site.preamble()) + "OPEN /live HTTP/1.1\r\nHost: localhost\r\n\r\n";
  CHECK(is_closed(pipe_to(site, protocol::encode(relay_preamble(site)), RelayedBy::another_process)));
  CHECK(is_closed(pipe_to(site, open, RelayedBy::another_process)));
  CHECK(relayed(site, "localhost").exchange(get("/")).body == kPageText);
  site.httpd().graceful();
  CHECK(relayed(site, "localhost").exchange(get("/")).body == kPageText);
  CHECK(is_closed(pipe_to(site, open, RelayedBy::another_process)));
}

TEST_CASE("A gateway that can be debugged relays nobody, and asks as ever") {
  HttpdOptions options = tls_options("event", "CoreDumpDirectory @ROOT@/logs\nRTMPTAcceptRTMP On\n");
  AskSite site(options);
  site.httpd().error_log().expect("RTMPT192.*a gateway that can be debugged relays no client");
  CHECK(is_closed(pipe_to(site, protocol::encode(relay_preamble(site)))));
  CHECK(site.open("/live").status == 200);
}

TEST_CASE("Whom a virtual host trusts is asked about the relayed client, and nobody forbids it a second time") {
  HttpdOptions options = tls_options("event", "RPAFenable On\nRPAFproxy_ips 192.0.2.7\nRPAFproxyProtocol On\n" +
                                                  std::string("RPAF_ForbidIfNotProxy On\n") + kLog);
  options.plain_site = "RPAF_ForbidIfNotProxy Off\n"; // for the test's own requests
  AskSite site(options);
  HttpConnection proxy = relayed(site, "localhost");
  CHECK(proxy.exchange(get("/", "X-Forwarded-For: 203.0.113.9\r\n")).body == kPageText);
  CHECK(logs(site, "203.0.113.9 203.0.113.9 192.0.2.7 TLSv1.3"));
  protocol::AskPreamble about = relay_preamble(site);
  about.client.source.address = *protocol::parse_ip_address("192.0.2.8");
  HttpConnection client(relay(site, about));
  CHECK(client.exchange(get("/", "X-Forwarded-For: 203.0.113.10\r\n")).body == kPageText);
  CHECK(logs(site, "192.0.2.8 192.0.2.8 192.0.2.8 TLSv1.3"));
  CHECK(log_of(site).find("203.0.113.10") == std::string::npos);
}
