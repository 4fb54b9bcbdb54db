// SPDX-License-Identifier: Apache-2.0
// The private listener of httpd, and what httpd answers on it about clients of RTMP.
#include "ask_site.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/built.hpp"
#include "support/os/processes.hpp"
#include "support/os/text_file.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <csignal>
#include <exception>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace rtmpt_proxy::test;
namespace protocol = rtmpt_proxy::protocol;

namespace {

// The next configuration has no Listen but that of the plain port: with several, httpd itself ends when a graceful
// restart takes ListenCoresBucketsRatio away. (So it does with one and MPM worker.)
void use_one_listener(AskSite& site, const HttpdOptions& options) {
  site.httpd().configure(with_asking_gateway(options));
  const auto file = site.httpd().root() / "httpd.conf";
  std::istringstream lines(read_file(file));
  const std::string kept = "Listen 127.0.0.1:" + std::to_string(site.httpd().plain().port);
  std::string text;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("Listen ") || line == kept) text += line + "\n";
  write_file(file, text);
}

constexpr const char* kRefusedLine = "RTMPT193";

} // namespace

TEST_CASE("httpd answers an ask on every MPM, through graceful and restart, and serves its pages") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AskSite site(streaming({}, mpm));
  const auto ask = [&] {
    const AskAnswer answer = site.open("/live");
    CHECK(answer.status == 200);
    CHECK(has_note(answer, "admission loop=2 ticket=" + std::to_string(protocol::ask_ticket(2, 77)) +
                               " 192.0.2.7:50001>127.0.0.1:" + std::to_string(site.httpd().plain().port) +
                               " client=192.0.2.7 user= tls=0 backend=rtmp://127.0.0.1:19350 server=localhost"));
    CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
    CHECK(fetch(site.httpd().tls(), "/").body == kPageText);
  };
  ask();
  for (int round = 0; round < 3; ++round) {
    site.httpd().graceful();
    ask();
    site.httpd().restart();
    ask();
  }
}

TEST_CASE("No ask is lost while httpd is reconfigured gracefully") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AskSite site(streaming({}, mpm));
  std::atomic<bool> stop{false};
  std::atomic<int> answered{0};
  std::atomic<int> lost{0};
  std::thread asker([&] {
    while (!stop) {
      try {
        AskAnswer answer = site.open("/live");
        // A child that must end at once may do so while it reads the question. The gateway asks once more then.
        if (answer.text.empty()) answer = site.open("/live");
        ++(answer.status == 200 ? answered : lost);
      } catch (const std::exception&) {
        ++lost;
      }
    }
  });
  for (int round = 0; round < 6; ++round) {
    const int before = answered;
    site.httpd().graceful();
    happens([&] { return answered > before + 20; });
  }
  stop = true;
  asker.join();
  CHECK(lost == 0);
  CHECK(answered > 120);
}

TEST_CASE("A gateway that is started again after a crash can ask at once") {
  AskSite site(streaming());
  CHECK(site.open("/live").status == 200);
  site.httpd().error_log().expect("RTMPT082");
  const std::vector<pid_t> before = processes_of(site.httpd().gateway());
  REQUIRE(before.size() == 1);
  ::kill(before.front(), SIGKILL);
  eventually("another gateway runs", [&] {
    const std::vector<pid_t> now = processes_of(site.httpd().gateway());
    return now.size() == 1 && now != before;
  });
  const AskAnswer answer = site.open("/live");
  CHECK(answer.status == 200);
  CHECK(has_note(answer, "admission loop=2"));
}

TEST_CASE("The private listener exists only where RTMP is accepted") {
  AskSite site(streaming());
  CHECK(site.open("/live").status == 200);
  HttpdOptions off = with_asking_gateway(streaming());
  off.global += "RTMPTAcceptRTMP Off\n";
  site.httpd().configure(off);
  site.httpd().graceful();
  CHECK(site.open("/live").text == "no ask door");
  CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
  site.httpd().configure(with_asking_gateway(streaming()));
  site.httpd().graceful();
  CHECK(site.open("/live").status == 200);
}

TEST_CASE("The methods of asks are 405 from the network where streams are, and nothing new elsewhere") {
  HttpdOptions options = streaming();
  options.site = "\n";
  options.plain_site = "RTMPTProxyPass rtmp://127.0.0.1:19350\n";
  AskSite site(options);
  site.httpd().error_log().expect("AH00135"); // httpd's own word about a method that it does not know
  for (const std::string method : {"OPEN", "PUBLISH", "PLAY"}) {
    const std::string request = method + " /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    CHECK(HttpConnection(site.httpd().plain()).exchange(request).status == 405);
    const std::string unheard = "UNHEARD /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    CHECK(HttpConnection(site.httpd().tls()).exchange(request).status ==
          HttpConnection(site.httpd().tls()).exchange(unheard).status);
  }
  const std::string preamble = protocol::encode(site.preamble());
  for (const std::string method : {"GET", "POST", "publish"})
    CHECK(site.send(preamble + method + " /open/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").status ==
          405);
}

TEST_CASE("What is no preamble is closed without an answer") {
  AskSite site(streaming());
  site.httpd().error_log().expect("RTMPT192");
  CHECK(site.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").text.empty());
  CHECK(site.send(protocol::encode(site.preamble()).substr(0, 30)).text.empty());
  protocol::AskPreamble odd = site.preamble();
  odd.ticket = protocol::ask_ticket(200, 1);
  CHECK(site.open(odd, "/live", "Host: localhost\r\n").text.empty());
}

TEST_CASE("A host with plain ProxyPass, routes by header, and balancers work as for RTMPT") {
  HttpdOptions options;
  options.site = "\n";
  options.plain_site =
      "RTMPTProxyPassMatch Host ^second\\. rtmp://127.0.0.1:19352\nRTMPTProxyPass rtmp://127.0.0.1:19351\n";
  options.more_hosts =
      "<VirtualHost *:@PORT@>\nServerName plain.example\nProxyPass / rtmp://127.0.0.1:19353/\n"
      "</VirtualHost>\n<VirtualHost *:@PORT@>\nServerName farm.example\n"
      "<Proxy balancer://farm>\nBalancerMember rtmp://127.0.0.1:9\nBalancerMember rtmp://127.0.0.1:19354\n"
      "</Proxy>\nRTMPTProxyPass balancer://farm\n</VirtualHost>\n"
      "<VirtualHost *:@PORT@>\nServerName off.example\nRTMPTAcceptRTMP Off\n"
      "RTMPTProxyPass rtmp://127.0.0.1:19351\n</VirtualHost>\n"
      "<VirtualHost *:@PORT@>\nServerName site.example\nRTMPTProxyPass !\n</VirtualHost>\n";
  AskSite site(options);
  const auto backend_of = [&](const std::string& host) {
    const AskAnswer answer = site.open("/live", "Host: " + host + "\r\n");
    CHECK(answer.status == 200);
    for (const std::string& note : answer.notes)
      if (const auto at = note.find("backend="); at != std::string::npos && note.find(":9 ") == std::string::npos)
        return note.substr(at + 8, note.find(' ', at) - at - 8);
    return std::string();
  };
  site.httpd().error_log().expect("RTMPT050");
  CHECK(backend_of("localhost") == "rtmp://127.0.0.1:19351");
  CHECK(backend_of("unknown.example") == "rtmp://127.0.0.1:19351");
  CHECK(backend_of("plain.example") == "rtmp://127.0.0.1:19353");
  CHECK(backend_of("farm.example") == "rtmp://127.0.0.1:19354");
  CHECK(backend_of("farm.example") == "rtmp://127.0.0.1:19354");
  site.httpd().error_log().expect(kRefusedLine);
  CHECK(site.open("/live", "Host: off.example\r\n").status == 404);
  CHECK(site.open("/live", "Host: site.example\r\n").status == 404);
}

TEST_CASE("The gateway is asked for a balancer's member on the loop where the client waits") {
  HttpdOptions options;
  options.site = "RTMPTProxyPass balancer://chosen\n";
  options.global = "<Proxy balancer://chosen>\nBalancerMember rtmp://127.0.0.1:19356\n"
                   "BalancerMember rtmp://127.0.0.1:19357\nProxySet lbmethod=rtmptsessions\n</Proxy>\n";
  AskSite site(options);
  for (int i = 0; i < 6; ++i) {
    protocol::AskPreamble about = site.preamble();
    const std::uint32_t loop = static_cast<std::uint32_t>(i) % 3;
    about.ticket = protocol::ask_ticket(loop, 100 + static_cast<std::uint64_t>(i));
    const AskAnswer answer = site.open(about, "/live", "Host: localhost\r\n");
    CHECK(answer.status == 200);
    CHECK(has_note(answer, "choose loop=" + std::to_string(loop) + " of=2"));
    CHECK(has_note(answer, "admission loop=" + std::to_string(loop) + " ticket=" + std::to_string(about.ticket)));
  }
}

TEST_CASE("An ask about a client over TLS is a request over TLS") {
  HttpdOptions options = streaming("<Location \"/safe\">\nRequire expr \"%{HTTPS} == 'on'\"\n</Location>\n");
  options.more_hosts = "<VirtualHost *:@TLS_PORT@>\nServerName second.example\nServerAlias *.second.example\n"
                       "SSLEngine on\nSSLCertificateFile @ROOT@/certificate.pem\nSSLCertificateKeyFile @ROOT@/key.pem\n"
                       "RTMPTProxyPass rtmp://127.0.0.1:19350\n</VirtualHost>\n"
                       "<VirtualHost *:@TLS_PORT@>\nServerName guarded.example\nSSLVerifyClient require\n"
                       "SSLCACertificateFile @ROOT@/certificate.pem\n"
                       "SSLEngine on\nSSLCertificateFile @ROOT@/certificate.pem\nSSLCertificateKeyFile @ROOT@/key.pem\n"
                       "RTMPTProxyPass rtmp://127.0.0.1:19350\n</VirtualHost>\n";
  AskSite site(options);
  site.httpd().error_log().expect(kRefusedLine);
  site.httpd().error_log().expect("AH01630");
  site.httpd().error_log().allow("AH01909"); // one certificate for all names
  CHECK(site.open("/safe").status == 403);
  protocol::AskPreamble about = site.preamble();
  about.over_tls = true;
  about.client.destination.port = site.httpd().tls().port;
  const auto ask = [&](const std::string& name, const std::string& host, const std::string& path = "/live") {
    about.tls_server_name = name;
    return site.open(about, path, "Host: " + host + "\r\n");
  };
  const AskAnswer safe = ask("localhost", "localhost", "/safe");
  CHECK(safe.status == 200);
  CHECK(has_note(safe, " tls=1 "));
  CHECK(ask("", "second.example").status == 200);
  CHECK(ask("second.example", "second.example").status == 200);
  CHECK(ask("a.second.example", "second.example").status == 200);
  CHECK(ask("localhost", "second.example").status == 421);
  CHECK(ask("second.example", "localhost").status == 421);
  CHECK(ask("unknown.example", "localhost").status == 200);
  CHECK(ask("guarded.example", "guarded.example").status == 403);
}

TEST_CASE("SSLStrictSNIVHostCheck holds for clients of RTMP") {
  HttpdOptions options = streaming();
  options.global = "SSLStrictSNIVHostCheck On\n";
  AskSite site(options);
  site.httpd().error_log().expect(kRefusedLine);
  protocol::AskPreamble about = site.preamble();
  about.over_tls = true;
  about.client.destination.port = site.httpd().tls().port;
  CHECK(site.open(about, "/live", "Host: localhost\r\n").status == 403);
  about.tls_server_name = "localhost";
  CHECK(site.open(about, "/live", "Host: localhost\r\n").status == 200);
  // Without TLS at a port for TLS, the client has named no server either.
  about.over_tls = false;
  about.tls_server_name.clear();
  CHECK(site.open(about, "/live", "Host: localhost\r\n").status == 403);
  CHECK(site.open("/live").status == 200);
}

TEST_CASE("Logs tell of asks, and the query of the application is in none of them") {
  HttpdOptions options =
      streaming("CustomLog @ROOT@/logs/streams.log \"%h %{rtmpt-tunnel}e %{app}^RT %{backend}^RT "
                "%{session}^RT %>s %r\"\nRTMPTSessionLog @ROOT@/logs/sessions.log\n"
                "<Location \"/live\">\nRequire not ip 192.0.2.9\nRequire all granted\n</Location>\n");
  options.site = options.site.substr(0, options.site.find("<Location")) + "<Location \"/closed\">\nRequire all denied\n"
                                                                          "</Location>\n";
  AskSite site(options);
  site.httpd().error_log().expect(kRefusedLine +
                                  std::string(": 403 for client 192.0.2.7, session , which would speak RTMP "
                                              "to /closed at virtual host localhost"));
  site.httpd().error_log().expect("AH01630");
  CHECK(site.open("/live", "Host: localhost\r\nRTMPT-Query: key=secret\r\n").status == 200);
  const AskAnswer refused = site.open("/closed", "Host: localhost\r\nRTMPT-Query: key=secret\r\n");
  CHECK(refused.status == 403);
  const AskAnswer later = site.send("");
  CHECK((has_note(refused, "refused rtmp=1 client=192.0.2.7 detail=HTTP status 403") ||
         has_note(later, "refused rtmp=1 client=192.0.2.7 detail=HTTP status 403")));
  site.httpd().stop();
  const std::string log = read_file(site.httpd().root() / "logs/streams.log");
  CHECK(log.find("192.0.2.7 open live rtmp://127.0.0.1:19350 test 200 OPEN /live HTTP/1.1\n") != std::string::npos);
  CHECK(log.find("192.0.2.7 open closed - - 403 OPEN /closed HTTP/1.1\n") != std::string::npos);
  for (const char* const name : {"logs/streams.log", "logs/error.log", "logs/access.log"})
    CHECK(read_file(site.httpd().root() / name).find("secret") == std::string::npos);
}

TEST_CASE("configtest names rules of a Location that bind clients of RTMP alone") {
  HttpdOptions options = with_asking_gateway(streaming());
  options.plain_site = "<Location \"/live\">\nRequire ip 192.0.2.0/24\nAuthType None\n</Location>\n"
                       "<Location \"/open\">\nRequire all granted\n</Location>\n"
                       "<Location \"/\">\nRequire all granted\n</Location>\n"
                       "<Location \"/state\">\nSetHandler rtmpt-status\nRequire local\n</Location>\n";
  const HttpdFixture httpd(options);
  const CommandResult result = httpd.configtest();
  CHECK(result.exit_code == 0);
  const auto first = result.output.find("RTMPT197");
  REQUIRE(first != std::string::npos);
  CHECK(result.output.find("\"/live\"", first) != std::string::npos);
  CHECK(result.output.find("RTMPT197", first + 1) == std::string::npos);
}

TEST_CASE("fail2ban finds clients of RTMP that were refused, and not those whose media server is down") {
  HttpdOptions options = streaming("<Location \"/closed\">\nRequire all denied\n</Location>\n");
  options.more_hosts =
      "<VirtualHost *:@PORT@>\nServerName off.example\nRTMPTAcceptRTMP Off\n</VirtualHost>\n"
      "<VirtualHost *:@PORT@>\nServerName down.example\nRTMPTProxyPass rtmp://127.0.0.1:9\n</VirtualHost>\n";
  AskSite site(options);
  for (const std::string line : {"RTMPT193", "AH01630", "RTMPT050"})
    site.httpd().error_log().expect(line);
  const auto ask_from = [&](const std::string& address, const std::string& path, const std::string& host) {
    protocol::AskPreamble about = site.preamble();
    about.client.source.address = *protocol::parse_ip_address(address);
    return site.open(about, path, "Host: " + host + "\r\n").status;
  };
  CHECK(ask_from("192.0.2.11", "/live", "localhost") == 200);
  CHECK(ask_from("192.0.2.12", "/closed", "localhost") == 403);
  CHECK(ask_from("192.0.2.13", "/live", "off.example") == 404);
  CHECK(ask_from("192.0.2.14", "/live%20at%20virtual%20host%20x:%20404", "down.example") == 503);
  site.httpd().error_log().wait_for("RTMPT193", 3);
  const auto found = run_command({"fail2ban-regex", "-o", "ip", (site.httpd().root() / "logs/error.log").string(),
                                  built::conf_folder() + "/fail2ban/rtmpt.conf"});
  CAPTURE(found.output, read_file(site.httpd().root() / "logs/error.log"));
  CHECK(found.output == "192.0.2.12\n192.0.2.13\n");
}

TEST_CASE("ListenCoresBucketsRatio beside RTMPTAcceptRTMP is an error of the configuration") {
  HttpdOptions options = with_asking_gateway(streaming());
  options.global += "ListenCoresBucketsRatio 1\n";
  const HttpdFixture httpd(options);
  const CommandResult result = httpd.configtest();
  CHECK(result.exit_code != 0);
  CHECK(result.output.find("RTMPT190") != std::string::npos);
  CHECK(result.output.find("ListenCoresBucketsRatio") != std::string::npos);
}

TEST_CASE(
    "ListenCoresBucketsRatio that a graceful restart takes away leaves its listeners, so there is no private one") {
  if (std::thread::hardware_concurrency() < 2) return; // httpd opens each listener once
  AskSite site(streaming());
  // httpd has sent its settings, and the gateway reads them when it has its turn.
  const auto await_no_door = [&site] {
    eventually("there is no ask door", [&site] { return site.open("/live").text == "no ask door"; });
  };
  HttpdOptions off = streaming();
  off.global = "ListenCoresBucketsRatio 1\nRTMPTAcceptRTMP Off\n";
  use_one_listener(site, off);
  site.httpd().restart();
  await_no_door();
  use_one_listener(site, streaming());
  site.httpd().error_log().allow("AH00076"); // httpd has closed a listener that it goes on to use
  site.httpd().error_log().expect("RTMPT190.*stop and start");
  for (int round = 0; round < 2; ++round) {
    site.httpd().graceful();
    CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
    await_no_door();
  }
  site.httpd().restart(); // opens its listeners anew
  CHECK(site.open("/live").status == 200);
}

TEST_CASE("One client's refusals keep no other client out of the log") {
  AskSite site(streaming("<Location \"/closed\">\nRequire all denied\n</Location>\n"));
  site.httpd().error_log().expect(kRefusedLine);
  site.httpd().error_log().expect("AH01630");
  protocol::AskPreamble about = site.preamble();
  for (int i = 0; i < 600; ++i) // more than the children together write
    site.open(about, "/closed", "Host: localhost\r\n");
  about.client.source.address = *protocol::parse_ip_address("192.0.2.8");
  CHECK(site.open(about, "/closed", "Host: localhost\r\n").status == 403);
  site.httpd().error_log().wait_for("RTMPT193: 403 for client 192.0.2.8");
}
