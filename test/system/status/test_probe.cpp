// SPDX-License-Identifier: Apache-2.0
// rtmptctl probe against a real httpd with a real media server, and against servers that are not what they should be.
#include "support/httpd/certificate.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/built.hpp"
#include "support/os/free_port.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/peers/scripted_backend.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <thread>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

// Where something is to come of it, it has as long as a busy machine may need.
const std::vector<std::string> kPatient{"-t", "50"};
// Where nothing comes. Also then it has reached what listens.
const std::vector<std::string> kImpatient{"-t", "3"};

CommandResult probe(const std::string& url, const std::vector<std::string>& more = {},
                    const std::string& trusted = "/dev/null", const std::vector<std::string>& patience = kPatient) {
  std::vector<std::string> words{"env", "SSL_CERT_FILE=" + trusted, built::control_program(), "probe", url};
  words.insert(words.end(), patience.begin(), patience.end());
  words.insert(words.end(), more.begin(), more.end());
  return run_command(words);
}

std::string plain_url(const HttpdFixture& httpd, const std::string& path = "/live",
                      const std::string& host = "localhost") {
  return "rtmpt://" + host + ":" + std::to_string(httpd.plain().port) + path;
}

std::string tls_url(const HttpdFixture& httpd, const std::string& host = "localhost") {
  return "rtmpts://" + host + ":" + std::to_string(httpd.tls().port) + "/live";
}

std::string certificate_of(const HttpdFixture& httpd) {
  return (httpd.root() / "certificate.pem").string();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The last line of a step, whatever took how long: "  open       failed       3 ms  403 ...".
std::string step_of(const CommandResult& result, const std::string& name) {
  const auto begin = result.output.find("\n  " + name + " ");
  if (begin == std::string::npos) return {};
  const auto end = result.output.find('\n', begin + 1);
  return result.output.substr(begin + 1, end - begin - 1);
}

void check_fails(const CommandResult& result, const std::string& step, const std::string& said,
                 const std::string& advice) {
  CAPTURE(result.output);
  CHECK(result.exit_code == 1);
  CHECK(contains(step_of(result, step), "failed"));
  CHECK(contains(step_of(result, step), said));
  CHECK(contains(result.output, "likely: "));
  CHECK(contains(result.output, advice));
  CHECK(contains(result.output, "streams cannot use this URL\n"));
  CHECK(contains(result.output, "rtmptctl: RTMPT406: streams cannot use 'rtmpt"));
}

HttpdOptions site_to(const std::string& url, const std::string& more = {}) {
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + url + "\n" + more;
  return options;
}

} // namespace

TEST_CASE("A good way is good at every step, plain and TLS, IPv4 and IPv6") {
  NginxRtmp media;
  HttpdFixture httpd(site_to(media.url()));
  httpd.start();
  const std::string host = GENERATE("localhost", "127.0.0.1", "[::1]");
  CAPTURE(host);
  const auto plain = probe(plain_url(httpd, "/live", host));
  CAPTURE(plain.output);
  CHECK(plain.exit_code == 0);
  for (const char* const step : {"resolve", "tcp", "open", "handshake", "connect", "close"})
    CHECK(contains(step_of(plain, step), " ok "));
  CHECK(step_of(plain, "tls").empty());
  CHECK(contains(step_of(plain, "connect"), "NetConnection.Connect.Success"));
  CHECK(contains(step_of(plain, "connect"), "from \"FMS/"));
  CHECK(plain.output.ends_with("streams can use this URL\n"));

  if (host != "localhost") return;
  const auto tls = probe(tls_url(httpd), {}, certificate_of(httpd));
  CAPTURE(tls.output);
  CHECK(tls.exit_code == 0);
  CHECK(contains(step_of(tls, "tls"), "TLSv1.3"));
  CHECK(contains(step_of(tls, "tls"), "certificate of \"localhost\", valid for "));
  CHECK(contains(tls.output, "note: the certificate should be renewed"));
  CHECK(contains(step_of(tls, "connect"), " ok "));
  // The session is closed, so that it does not stay until its time is over.
  httpd.error_log().wait_for("ended: closed by the client", 2);
}

TEST_CASE("JSON tells the same, and values for a program") {
  NginxRtmp media;
  HttpdFixture httpd(site_to(media.url()));
  httpd.start();
  const auto result = probe(tls_url(httpd), {"-j"}, certificate_of(httpd));
  CAPTURE(result.output);
  REQUIRE(result.exit_code == 0);
  const json::value document = json::parse(result.output);
  CHECK(document.at("good").as_bool());
  CHECK(document.at("url").as_string() == json::string_view(tls_url(httpd)));
  std::string names;
  for (const json::value& step : document.at("steps").as_array()) {
    names += std::string(step.at("step").as_string()) + " ";
    CHECK(step.at("good").as_bool());
    CHECK(step.at("milliseconds").as_int64() < 50'000);
    if (step.at("step") == "tls") {
      CHECK(step.at("certificate_days").as_int64() >= 1);
      CHECK(step.at("certificate_days").as_int64() <= 2);
      CHECK(step.at("verified").as_bool());
    }
  }
  CHECK(names == "resolve tcp tls open handshake connect close ");
}

TEST_CASE("Without an application the media server's handshake is the last that is asked for") {
  NginxRtmp media;
  HttpdFixture httpd(site_to(media.url()));
  httpd.start();
  const auto result = probe(plain_url(httpd, ""));
  CHECK(result.exit_code == 0);
  CHECK(contains(step_of(result, "handshake"), " ok "));
  CHECK(step_of(result, "connect").empty());
  CHECK(contains(step_of(result, "close"), " ok "));
}

TEST_CASE("What httpd refuses is told with the status, and where to look") {
  NginxRtmp media;
  HttpdOptions options = site_to(media.url());
  options.plain_site = "<Location \"/open\">\n  Require ip 192.0.2.1\n</Location>\n";
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName 127.0.0.1\n  RTMPTProxyPass !\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.error_log().expect("AH01630");
  httpd.start();
  check_fails(probe(plain_url(httpd)), "open", R"(403 "Forbidden")", R"(Require in <Location "/open">)");
  check_fails(probe(plain_url(httpd, "/live", "127.0.0.1")), "open", R"(404 "Not Found")", "RTMPTProxyPass");
}

TEST_CASE("A media server that is down, deaf to the application, or waits for a PROXY header is told apart") {
  SECTION("down") {
    HttpdFixture httpd(site_to("rtmp://127.0.0.1:" + std::to_string(free_port())));
    httpd.error_log().expect("RTMPT050");
    httpd.start();
    check_fails(probe(plain_url(httpd)), "open", "503", "the media server is down");
  }
  SECTION("an application that it does not have") {
    NginxRtmp media;
    HttpdFixture httpd(site_to(media.url()));
    httpd.start();
    check_fails(probe(plain_url(httpd, "/nothing")), "connect", "session", "look for this application");
  }
  SECTION("a PROXY header") {
    NginxRtmpOptions nginx;
    nginx.listen = "proxy_protocol";
    NginxRtmp media(nginx);
    HttpdFixture httpd(site_to(media.url()));
    httpd.start();
    check_fails(probe(plain_url(httpd)), "handshake", "", "RTMPTForwardClient");
  }
}

TEST_CASE("A port of the other kind, and one where nobody listens") {
  NginxRtmp media;
  HttpdFixture httpd(site_to(media.url()));
  httpd.start();
  const auto on = [](const std::string& scheme, std::uint16_t port, const std::vector<std::string>& patience) {
    return probe(scheme + "://localhost:" + std::to_string(port) + "/live", {}, "/dev/null", patience);
  };
  check_fails(on("rtmpts", httpd.plain().port, kPatient), "tls", "", "write rtmpt:// for a port without TLS");
  check_fails(on("rtmpt", httpd.tls().port, kPatient), "open", "400", "the other scheme");
  check_fails(on("rtmpt", free_port(), kPatient), "tcp", "Connection refused", "does not listen at this port");
  check_fails(on("rtmpt", media.port(), kImpatient), "open", "no answer in time", "no web server");
}

TEST_CASE("Certificates: unknown, of another name, expired") {
  NginxRtmp media;
  HttpdOptions options = site_to(media.url());
  HttpdFixture httpd(options);
  const bool expired = GENERATE(false, true);
  if (expired) write_expired_certificate(httpd.root());
  httpd.error_log().allow("AH01909|expired");
  httpd.start();
  const auto trusted = certificate_of(httpd);
  if (expired) {
    const auto result = probe(tls_url(httpd), {}, trusted);
    check_fails(result, "tls", "certificate has expired", "renew it");
    CHECK(contains(step_of(result, "tls"), "expired 1 days ago"));
  } else {
    check_fails(probe(tls_url(httpd)), "tls", "self-signed", "the whole chain");
    check_fails(probe(tls_url(httpd, "127.0.0.1"), {}, trusted), "tls", "mismatch", "ServerName");
  }
  const auto insecure = probe(tls_url(httpd, "127.0.0.1"), {"--insecure"});
  CAPTURE(insecure.output);
  CHECK(insecure.exit_code == 0);
  CHECK(contains(insecure.output, "note: clients that verify certificates end here"));
}

TEST_CASE("A server that says nothing, rubbish, or a byte now and then does not keep the probe") {
  ScriptedBackend server;
  const std::string url = "rtmpt://127.0.0.1:" + std::to_string(server.port()) + "/live";
  const auto began = std::chrono::steady_clock::now();
  const auto begin = [](const std::string& what, const std::vector<std::string>& patience) {
    return std::async(std::launch::async, [=] { return probe(what, {}, "/dev/null", patience); });
  };
  SECTION("nothing") {
    auto result = begin(url, kImpatient);
    const auto client = server.accept();
    check_fails(result.get(), "open", "no answer in time", "which program listens");
  }
  SECTION("nothing, where TLS should begin") {
    auto result = begin("rtmpts://127.0.0.1:" + std::to_string(server.port()) + "/live", kImpatient);
    const auto client = server.accept();
    check_fails(result.get(), "tls", "no answer in time", "likely: ");
  }
  SECTION("rubbish") {
    auto result = begin(url, kPatient);
    const auto client = server.accept();
    client->wait_for_bytes(100);
    client->send("\x1b]0;title\x07 220 mail ESMTP\r\n");
    check_fails(result.get(), "open", R"("\x1b]0;title\x07 220 mail ESMTP\r\n")", "which program listens");
  }
  SECTION("a byte now and then") {
    auto result = begin(url, kImpatient);
    const auto client = server.accept();
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + std::string(900, 'a');
    for (std::size_t i = 0; i < answer.size() && !client->ended(); ++i) {
      client->send(answer.substr(i, 1));
      std::this_thread::sleep_for(100ms); // the time is what is tested
    }
    check_fails(result.get(), "open", "no answer in time", "too slow");
  }
  SECTION("a reset") {
    auto result = begin(url, kPatient);
    const auto client = server.accept();
    client->wait_for_bytes(1); // sooner, the connection itself may fail
    client->reset();
    check_fails(result.get(), "open", "", "try the other scheme");
  }
  CHECK(since(began) < 40s);
}

TEST_CASE("Words that are no URL of a stream are a wrong command line") {
  for (const char* const words : {"probe", "probe rtmp://localhost/live", "probe http://localhost/", "probe rtmpt://",
                                  "probe rtmpt://localhost -t 0"}) {
    CAPTURE(words);
    CHECK(run_command({"sh", "-c", built::control_program() + " " + words}).exit_code == 2);
  }
  const auto unknown = probe("rtmpt://nowhere.invalid/live", {}, "/dev/null", kImpatient);
  CHECK(unknown.exit_code == 1);
  CHECK(contains(step_of(unknown, "resolve"), "failed"));
}
