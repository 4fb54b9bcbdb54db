// SPDX-License-Identifier: Apache-2.0
// TLS clients are given to the gateway before their handshake where a virtual host says so, and stay with mod_ssl, with
// every byte, in all other cases. The gateway of these tests says how the connection came and then sends everything
// back.
#include "support/clients/http_connection.hpp"
#include "support/os/child_process.hpp"
#include "support/os/free_port.hpp"
#include "support/os/processes.hpp"
#include "support/os/random_bytes.hpp"
#include "test/unit/protocol/tls/client_hello_samples.hpp"
#include "tls_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

Endpoint tls_port(AskSite& site) {
  return {"127.0.0.1", site.httpd().tls().port};
}

std::string port_of(const ByteStream& stream) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(stream.socket(), reinterpret_cast<sockaddr*>(&address), &size);
  return std::to_string(ntohs(address.sin_port));
}

// What the gateway says first about a client.
std::string words(AskSite& site, const std::string& client, const std::string& server, const std::string& name,
                  bool rtmp = false) {
  return "tls " + client + ">127.0.0.1:" + std::to_string(site.httpd().tls().port) + " server=" + server +
         " name=" + name + " rtmp=" + (rtmp ? "1" : "0") + "\n";
}

std::string words(AskSite& site, const ByteStream& stream, const std::string& server, const std::string& name) {
  return words(site, "127.0.0.1:" + port_of(stream), server, name);
}

void check_handed_over(ByteStream& stream, const std::string& expected_words, const std::string& hello) {
  const std::string expected = expected_words + hello;
  CHECK(difference(read_bytes(stream, expected.size()), expected).empty());
  const std::string more = random_bytes(20'000, 5);
  stream.write_all(more);
  CHECK(difference(read_bytes(stream, more.size()), more).empty());
}

// A handshake of mod_ssl's.
void check_httpds(ByteStream& stream) {
  CHECK(read_bytes(stream, 3).substr(0, 2) == "\x16\x03");
}

std::string page_by(AskSite& site, const std::vector<std::string>& options) {
  const std::string port = std::to_string(site.httpd().tls().port);
  std::vector<std::string> command{"curl", "-sk"};
  command.insert(command.end(), options.begin(), options.end());
  for (const char* const name : {"localhost", "kept.example", "refused.example", "other.example"})
    command.insert(command.end(), {"--resolve", std::string(name) + ":" + port + ":127.0.0.1"});
  return run_command(command).output;
}

std::string url(AskSite& site, const std::string& host) {
  return "https://" + host + ":" + std::to_string(site.httpd().tls().port) + "/";
}

double cpu_of_children(AskSite& site) {
  double seconds = 0;
  for (const pid_t child : children_of(site.httpd().parent_pid()))
    seconds += cpu_seconds(child);
  return seconds;
}

} // namespace

TEST_CASE("The server name leads to a virtual host as mod_ssl finds it, and that one says who has the TLS") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  TlsSite site(tls_options(mpm));
  struct Row {
    std::string name;
    std::string server; // empty: httpd's
  };
  const std::vector<Row> rows = {{"", "localhost"},
                                 {"localhost", "localhost"},
                                 {"LocalHost", "localhost"},
                                 {"unknown.example", "localhost"},
                                 {"other.example", "other.example"},
                                 {"www.wild.example", "other.example"},
                                 {"kept.example", ""}};
  for (const int version : {0, TLS1_2_VERSION})
    for (const Row& row : rows) {
      CAPTURE(version, row.name);
      const std::string hello = hello_of({row.name, {}, version});
      const auto stream = connect_to(tls_port(site));
      stream->write_all(hello);
      if (row.server.empty())
        check_httpds(*stream);
      else
        check_handed_over(*stream, words(site, *stream, row.server, row.name), hello);
      const auto with_protocols = connect_to(tls_port(site));
      with_protocols->write_all(hello_of({row.name, "http/1.1", version}));
      check_httpds(*with_protocols);
    }
  CHECK(page_by(site, {url(site, "localhost")}) == kPageText);
  CHECK(page_by(site, {"--no-alpn", url(site, "kept.example")}) == kPageText);
}

TEST_CASE("openssl s_client gets its page from mod_ssl, or meets the gateway, as its hello says") {
  TlsSite site(tls_options("event"));
  struct Row {
    std::string options;
    bool gets_page;
  };
  const std::string port = std::to_string(site.httpd().tls().port);
  for (const Row& row : {Row{"-servername localhost -alpn http/1.1", true},
                         {"-servername localhost -alpn http/1.1 -tls1_2", true},
                         {"-noservername -alpn http/1.1", true},
                         {"-servername kept.example", true},
                         {"-servername localhost", false},
                         {"-servername localhost -tls1_2", false},
                         {"-servername localhost -tls1_3", false},
                         {"-noservername", false},
                         {"-noservername -tls1_2 -no_ticket", false}}) {
    CAPTURE(row.options);
    const std::string host = row.options.find("kept") == std::string::npos ? "localhost" : "kept.example";
    const std::string output =
        run_command({"/bin/sh", "-c",
                     "printf 'GET / HTTP/1.1\\r\\nHost: " + host +
                         "\\r\\nConnection: close\\r\\n\\r\\n' | openssl s_client -quiet -ign_eof -connect 127.0.0.1:" +
                         port + " " + row.options + " 2>&1"})
            .output;
    CHECK((output.find(kPageText) != std::string::npos) == row.gets_page);
  }
}

TEST_CASE("A client that was handed over outlives restarts of httpd") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  TlsSite site(tls_options(mpm));
  const std::string hello = hello_of({"localhost", {}, 0});
  const auto stream = connect_to(tls_port(site));
  stream->write_all(hello);
  check_handed_over(*stream, words(site, *stream, "localhost", "localhost"), hello);
  site.httpd().graceful();
  site.httpd().restart();
  const std::string more = random_bytes(20'000, 6);
  stream->write_all(more);
  CHECK(difference(read_bytes(*stream, more.size()), more).empty());
}

TEST_CASE("A hello in pieces is awaited without a byte lost, and a silent client keeps no page waiting") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  TlsSite site(tls_options(mpm, "AcceptFilter https none\n"));
  const std::string hello = hello_of({"localhost", {}, 0});
  std::vector<std::vector<std::size_t>> cuts{{1}, {3}, {5}, {6}, {100}, {hello.size() - 1}, {1, 2, 5, 40, 90, 150}};
  for (const std::vector<std::size_t>& places : cuts) {
    CAPTURE(places);
    const auto stream = connect_to(tls_port(site));
    std::size_t begin = 0;
    for (const std::size_t place : places) {
      stream->write_all(hello.substr(begin, place - begin));
      begin = place;
      std::this_thread::sleep_for(40ms); // the client's own pause
    }
    stream->write_all(hello.substr(begin));
    check_handed_over(*stream, words(site, *stream, "localhost", "localhost"), hello);
  }
  const std::string in_seven = in_records(hello.substr(5), hello.size() / 7 + 1);
  const auto recorded = connect_to(tls_port(site));
  recorded->write_all(in_seven.substr(0, 50));
  std::this_thread::sleep_for(40ms); // the client's own pause
  recorded->write_all(in_seven.substr(50));
  check_handed_over(*recorded, words(site, *recorded, "localhost", "localhost"), in_seven);
  if (mpm != "event") return;
  std::vector<std::unique_ptr<ByteStream>> slow;
  for (int i = 0; i < 100; ++i) { // more than the threads of all children
    slow.push_back(connect_to(tls_port(site)));
    if (i % 2 == 0) slow.back()->write_all(hello.substr(0, 50));
  }
  CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
  slow[42]->write_all(hello.substr(50));
  check_handed_over(*slow[42], words(site, *slow[42], "localhost", "localhost"), hello);
}

TEST_CASE("A long hello byte by byte keeps no processor busy, and so does one that never ends") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  TlsSite site(tls_options(mpm, "AcceptFilter https none\n"));
  const std::string hello = in_records(hello_message({{0x0015, std::string(12'000, '\0')}}));
  const auto stream = connect_to(tls_port(site));
  const double before = cpu_of_children(site);
  for (std::size_t i = 0; i + 1 < hello.size(); ++i)
    stream->write_all(hello.substr(i, 1));
  const auto half = connect_to(tls_port(site));
  half->write_all(hello.substr(0, 300));
  half->end_writing();
  const auto waiting = connect_to(tls_port(site));
  waiting->write_all(hello.substr(0, 300));
  std::this_thread::sleep_for(1500ms); // what is measured
  CHECK(cpu_of_children(site) - before < 0.5);
  stream->write_all(hello.substr(hello.size() - 1));
  // The system may have had no room for so many segments; then mod_ssl has got it, and refuses a hello without groups.
  const std::string answer = read_bytes(*stream, 3);
  CAPTURE(answer.substr(0, 100));
  CHECK((answer.starts_with("tls ") || answer.starts_with("\x15\x03")));
  CHECK(ends(*half));
}

TEST_CASE("What the gateway does not take is mod_ssl's, with every byte") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  TlsSite site(tls_options(mpm));
  site.httpd().error_log().expect("RTMPT441.* 127.0.0.1 .*rtmpt-gateway does not take it");
  CHECK(page_by(site, {"--no-alpn", url(site, "refused.example")}) == kPageText);
  CHECK(page_by(site, {"--no-alpn", "--tls-max", "1.2", url(site, "refused.example")}) == kPageText);
  const pid_t gateway = site.httpd().gateway_pid();
  site.httpd().error_log().allow("RTMPT");
  ::kill(gateway, SIGSTOP);
  const std::string page = page_by(site, {"--no-alpn", url(site, "other.example")});
  ::kill(gateway, SIGCONT);
  CHECK(page == kPageText);
}

TEST_CASE(
    "What is no TLS, or no hello, is httpd's as it was, and RTMP without TLS is the gateway's where it is taken") {
  const std::string mpm = GENERATE("event", "worker");
  const bool accepts_rtmp = GENERATE(false, true);
  CAPTURE(mpm, accepts_rtmp);
  TlsSite site(tls_options(mpm, accepts_rtmp ? "RTMPTAcceptRTMP On\n" : ""));
  site.httpd().error_log().allow("ssl:|AH0");
  const auto plain = connect_to(tls_port(site));
  plain->write_all("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(read_bytes(*plain, 12).substr(0, 12) == "HTTP/1.1 400");
  for (const BadHello& row : bad_hellos()) {
    if (row.error == rtmpt_proxy::protocol::ClientHelloError::no_handshake) continue;
    INFO(row.reason);
    const auto stream = connect_to(tls_port(site));
    stream->write_all(row.bytes);
    stream->end_writing();
    std::string answer;
    try {
      answer = read_bytes(*stream, 3);
    } catch (const std::exception&) {
      answer.clear(); // a reset
    }
    CHECK_FALSE(answer.starts_with("tls"));
  }
  const auto rtmp = connect_to(tls_port(site));
  rtmp->write_all("\x03");
  if (accepts_rtmp)
    CHECK(read_bytes(*rtmp, 5).starts_with("rtmp "));
  else
    rtmp->end_writing();
  const std::string hello = hello_of({"other.example", {}, 0});
  const auto stream = connect_to(tls_port(site));
  stream->write_all(hello);
  check_handed_over(
      *stream, words(site, "127.0.0.1:" + port_of(*stream), "other.example", "other.example", accepts_rtmp), hello);
}

TEST_CASE("Behind a PROXY header the gateway gets what httpd had read, and the announced client") {
  const std::string mpm = GENERATE("event", "worker");
  CAPTURE(mpm);
  const std::string trusting = "RPAFenable On\nRPAFproxy_ips 127.0.0.2\nRPAFproxyProtocol On\n";
  TlsSite site(tls_options(mpm, trusting));
  const std::string hello = hello_of({"other.example", {}, 0});
  const std::string header = "PROXY TCP4 198.51.100.4 192.0.2.1 40001 443\r\n";
  Endpoint proxy = tls_port(site);
  proxy.from_address = "127.0.0.2";
  const std::string expected = words(site, "198.51.100.4:40001", "other.example", "other.example");
  for (const std::size_t in_first : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{70}, hello.size()}) {
    CAPTURE(in_first);
    const auto stream = connect_to(proxy);
    stream->write_all(header + hello.substr(0, in_first));
    std::this_thread::sleep_for(40ms); // the proxy's own pause
    if (in_first < hello.size()) stream->write_all(hello.substr(in_first));
    check_handed_over(*stream, expected, hello);
  }
  for (const auto& [first, second] : {std::pair<std::size_t, std::size_t>{0, 1},
                                      {0, 5},
                                      {0, 70},
                                      {1, 3},
                                      {3, 70},
                                      {5, 6},
                                      {70, 90},
                                      {70, hello.size() - 1}}) {
    CAPTURE(first, second);
    const auto stream = connect_to(proxy);
    for (const std::string& piece :
         {header + hello.substr(0, first), hello.substr(first, second - first), hello.substr(second)}) {
      stream->write_all(piece);
      std::this_thread::sleep_for(40ms); // the proxy's own pause
    }
    check_handed_over(*stream, expected, hello);
  }
  const auto direct = connect_to(tls_port(site));
  direct->write_all(hello);
  check_handed_over(*direct, words(site, *direct, "other.example", "other.example"), hello);
}

TEST_CASE("A virtual host that forbids the peer, or does not trust who announces the client, keeps all TLS at httpd") {
  const std::string trusting = "RPAFenable On\nRPAFproxy_ips 127.0.0.2\nRPAFproxyProtocol On\n";
  HttpdOptions options = tls_options("event", trusting);
  const bool distrusts = GENERATE(false, true);
  CAPTURE(distrusts);
  options.more_hosts += "<VirtualHost *:@TLS_PORT@>\nServerName strict.example\nSSLEngine on\n"
                        "SSLCertificateFile @ROOT@/certificate.pem\nSSLCertificateKeyFile @ROOT@/key.pem\n" +
                        std::string(distrusts ? "RPAFproxy_ips 127.0.0.9\n" : "RPAF_ForbidIfNotProxy On\n") +
                        "</VirtualHost>\n";
  TlsSite site(options);
  const std::string hello = hello_of({"other.example", {}, 0});
  Endpoint proxy = tls_port(site);
  proxy.from_address = "127.0.0.2";
  proxy.preamble = "PROXY TCP4 198.51.100.4 192.0.2.1 40001 443\r\n";
  const auto announced = connect_to(proxy);
  announced->write_all(hello);
  const auto direct = connect_to(tls_port(site));
  direct->write_all(hello);
  if (distrusts) {
    check_httpds(*announced);
    check_handed_over(*direct, words(site, *direct, "other.example", "other.example"), hello);
  } else {
    check_handed_over(*announced, words(site, "198.51.100.4:40001", "other.example", "other.example"), hello);
    check_httpds(*direct);
  }
}

TEST_CASE("Where mod_remoteip reads PROXY headers, TLS is httpd's, and what is relayed has no such header") {
  HttpdOptions options = tls_options("event");
  const std::uint16_t port = free_port();
  options.more_modules = {"remoteip"};
  options.more_hosts += "Listen 127.0.0.1:" + std::to_string(port) + "\n<VirtualHost *:" + std::to_string(port) +
                        ">\nServerName remote.example\nSSLEngine on\nSSLCertificateFile @ROOT@/certificate.pem\n"
                        "SSLCertificateKeyFile @ROOT@/key.pem\nRemoteIPProxyProtocol On\n"
                        "RemoteIPProxyProtocolExceptions 127.0.0.3\nRTMPTProxyPass rtmp://127.0.0.1:19350\n"
                        "</VirtualHost>\n";
  TlsSite site(options);
  site.httpd().error_log().allow("RTMPT435");
  const std::string hello = hello_of({"remote.example", {}, 0});
  Endpoint proxy{"127.0.0.1", port};
  proxy.from_address = "127.0.0.2";
  proxy.preamble = "PROXY TCP4 198.51.100.4 192.0.2.1 40001 443\r\n";
  const auto announced = connect_to(proxy);
  announced->write_all(hello);
  check_httpds(*announced);
  proxy.from_address = "127.0.0.3";
  proxy.preamble.clear();
  const auto direct = connect_to(proxy); // mod_remoteip lets it speak for itself
  direct->write_all(hello);
  CHECK(read_bytes(*direct, 4).starts_with("tls "));
  rtmpt_proxy::protocol::AskPreamble about = relay_preamble(site);
  about.client.destination.port = port;
  about.tls_server_name = "remote.example";
  HttpConnection relayed(relay(site, about));
  CHECK(relayed.exchange(get("/", "Host: remote.example\r\n")).body == kPageText);
}
