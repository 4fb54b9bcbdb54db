// SPDX-License-Identifier: Apache-2.0
// What scripts/pound2httpd writes is a configuration that httpd takes, and that sends requests where Pound sent them.
#include "support/clients/tunnel_client.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/httpd/pound_file.hpp"
#include "support/os/built.hpp"
#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/scripted_backend.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

using namespace rtmpt_proxy::test;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> samples() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(built::pound_samples()))
    if (entry.path().extension() == ".cfg") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

// The words of a sample's first line, "# options: --rtmpt 127.0.0.1:82".
std::vector<std::string> options_of(const std::string& sample) {
  const std::string mark = "# options:";
  REQUIRE(sample.starts_with(mark));
  std::istringstream words(sample.substr(mark.size(), sample.find('\n') - mark.size()));
  std::vector<std::string> found;
  for (std::string word; words >> word;)
    found.push_back(word);
  return found;
}

// Beside what the fixture has.
HttpdOptions with(const std::string& global) {
  HttpdOptions options;
  options.more_modules = {"rewrite", "proxy_hcheck"};
  options.global = global;
  return options;
}

// Certificate, chain and key in one file, as Pound wants them; and folders that the samples name.
void prepare(const HttpdFixture& httpd) {
  const auto& root = httpd.root();
  write_file(root / "both.pem", read_file(root / "certificate.pem") + read_file(root / "key.pem"));
  fs::create_directory(root / "a\"b\\");
  fs::copy_file(fs::path(built::pound_samples()) / "names.inc", root / "names.inc");
}

CommandResult checked(const fs::path& sample) {
  HttpdFixture httpd(with(""));
  prepare(httpd);
  const auto text = replace_all(read_file(sample), "@ROOT@", httpd.root().string());
  auto options = options_of(text);
  options.insert(options.end(), {"--logs", (httpd.root() / "logs").string()});
  httpd.configure(with(converted(httpd.root(), text, options)));
  return httpd.configtest();
}

// Pages of httpd itself that say at which back-end they are, each at a port of its own.
class PageServers {
 public:
  explicit PageServers(std::size_t count) {
    while (ports_.size() < count)
      ports_.push_back(free_port());
  }
  std::string port(std::size_t index) const { return std::to_string(ports_.at(index)); }
  std::string lines() const {
    std::string text;
    for (std::size_t i = 0; i < ports_.size(); ++i)
      text +=
          "Listen 127.0.0.1:" + port(i) + "\n<VirtualHost 127.0.0.1:" + port(i) + ">\n  ServerName back-end\n" +
          "  Header always set X-Back-End " + std::to_string(i) +
          "\n  Header always set X-Seen \"expr=%{HTTP:Host} %{HTTP:X-Pound} %{HTTP:X-Drop} %{HTTP:X-Forwarded-For}\"\n"
          "  Header always set X-Line \"expr=%{THE_REQUEST}\"\n"
          "  Redirect \"/moved\" \"http://127.0.0.1:" +
          port(i) + "/there\"\n  RedirectMatch 404 \"^/missing\"\n</VirtualHost>\n";
    return text;
  }

 private:
  std::vector<std::uint16_t> ports_;
};

std::string back_end(const std::string& port, const std::string& more = {}) {
  return "BackEnd\nAddress 127.0.0.1\nPort " + port + "\n" + more + "End\n";
}

// A site that Pound's configuration describes, without its listener's first lines.
struct PoundSite {
  PoundSite(const std::string& listener, const std::string& services, std::size_t servers,
            const std::vector<std::string>& more_options = {})
      : pages(servers), httpd(with("")) {
    auto text =
        "ListenHTTP\nAddress 127.0.0.1\nPort " + std::to_string(front.port) + "\n" + listener + "End\n" + services;
    for (std::size_t i = 0; i < servers; ++i) {
      text = replace_all(text, "@BACKEND" + std::to_string(i) + "@", back_end(pages.port(i)));
      text = replace_all(text, "@PORT" + std::to_string(i) + "@", pages.port(i));
    }
    text = replace_all(text, "@ROOT@", httpd.root().string());
    std::vector<std::string> options{"--logs", (httpd.root() / "logs").string()};
    for (const auto& option : more_options)
      options.push_back(replace_all(option, "@ROOT@", httpd.root().string()));
    httpd.configure(with(converted(httpd.root(), text, options) + pages.lines()));
  }

  HttpResponse ask(const std::string& target, const std::string& headers = "Host: any.example\r\n",
                   const std::string& method = "GET") const {
    return HttpConnection(front).exchange(method + " " + target + " HTTP/1.1\r\n" + headers + "\r\n");
  }
  // The number of the back-end that answers, or the status of an answer from none.
  std::string answered_by(const std::string& target, const std::string& headers = "Host: any.example\r\n") const {
    const auto answer = ask(target, headers);
    return answer.header("X-Back-End").value_or(std::to_string(answer.status));
  }

  Endpoint front{"127.0.0.1", free_port()};
  PageServers pages;
  HttpdFixture httpd;
};

} // namespace

TEST_CASE("Every sample of Pound's configuration becomes one that passes the configuration test") {
  REQUIRE(samples().size() >= 9);
  for (const auto& sample : samples()) {
    CAPTURE(sample);
    const auto result = checked(sample);
    CAPTURE(result.output);
    CHECK(result.exit_code == 0);
    for (const auto& line : lines_of(result.output)) {
      const bool is_meant = sample.stem() == "stream_and_pages" && line.find("RTMPT041") != std::string::npos;
      CHECK((line == "Syntax OK" || line.find(":notice]") != std::string::npos || is_meant));
    }
  }
}

TEST_CASE("Requests go to the service that Pound would choose") {
  PoundSite site(
      "",
      "Service\nURL \".*.(gif|jpg)\"\nHeadDeny \"X-No: pictures\"\n@BACKEND0@End\n"
      "Service\nHeadRequire \"User-Agent: .*robot|X-(Robot|Crawler): yes\"\nHeadDeny \"^X-SSL\"\n@BACKEND5@End\n"
      "Service\nHeadRequire \"Host: .*www.katsuma.tv.*\"\n@BACKEND1@End\n"
      "Service\nHeadRequire \"Host: (.*\\.)?katsuma\\.net\"\nURL \"[?&]beta=1\"\n@BACKEND2@End\n"
      "Service\nHeadRequire \"X-Room: (red|blue)\"\n@BACKEND3@End\n"
      "Service\nURL \"^/private\"\nEnd\n"
      "Service\n@BACKEND4@End\n",
      6);
  site.httpd.start(false);
  CHECK(site.answered_by("/a.gif") == "0");
  CHECK(site.answered_by("/a.gif?size=1") == "0");
  CHECK(site.answered_by("/a.gif", "Host: www.katsuma.tv\r\nX-No: pictures\r\n") == "1");
  CHECK(site.answered_by("/agif") == "4");
  CHECK(site.answered_by("/", "Host: WWW.katsuma.tv:80\r\n") == "1");
  CHECK(site.answered_by("/", "Host: www.katsuma.tv.evil.example\r\n") == "4");
  CHECK(site.answered_by("/?a=b&beta=1", "Host: katsuma.net\r\n") == "2");
  CHECK(site.answered_by("/?beta=1", "Host: a.b.katsuma.net\r\n") == "2");
  CHECK(site.answered_by("/?beta=1", "Host: xkatsuma.net\r\n") == "4");
  CHECK(site.answered_by("/", "Host: katsuma.net\r\n") == "4");
  CHECK(site.answered_by("/", "Host: a\r\nX-Room: BLUE\r\n") == "3");
  CHECK(site.answered_by("/", "Host: a\r\nX-Room: green\r\n") == "4");
  CHECK(site.answered_by("/private/x") == "503");
  const std::string odd = "/x%2f%25%20a;b//c/../%3F?%20";
  CHECK(site.ask(odd).header("X-Line").value_or("none") == "GET " + odd + " HTTP/1.1");
  CHECK(site.answered_by("/", "Host: a\r\nUser-Agent: a robot\r\n") == "5");
  CHECK(site.answered_by("/", "Host: a\r\nUser-Agent: a robot\r\nX-SSL-Cipher: none\r\n") == "4");
  CHECK(site.answered_by("/", "Host: a\r\nx-crawler: YES\r\nX-Robot: no\r\n") == "5");
}

TEST_CASE("A name that no service takes gets 503, in the words of Pound's file") {
  PoundSite site("Err503 \"@ROOT@/e\\\"503\"\nErr501 \"@ROOT@/e501\"\n",
                 "Service\nHeadRequire \"Host: www.katsuma.tv\"\n@BACKEND0@End\n", 1);
  write_file(site.httpd.root() / "e\\\"503", "come back later\n");
  write_file(site.httpd.root() / "e501", "not this way\n");
  site.httpd.start(false);
  CHECK(site.answered_by("/", "Host: www.katsuma.tv\r\n") == "0");
  const auto refused = site.ask("/");
  CHECK(refused.status == 503);
  CHECK(refused.body == "come back later\n");
  CHECK(refused.header("Content-Type") == "text/html");
  const auto method = site.ask("/", "Host: www.katsuma.tv\r\nContent-Length: 0\r\n", "PUT");
  CHECK(method.status == 501);
  CHECK(method.body == "not this way\n");
  const auto missing = site.ask("/missing", "Host: www.katsuma.tv\r\n");
  CHECK(missing.status == 404);
  CHECK(missing.header("X-Back-End") == "0");
}

TEST_CASE("What a listener refuses, removes, adds and limits stays so") {
  PoundSite site("xHTTP 1\nCheckURL \"^/[a-z/]*$\"\nMaxRequest 10\nHeadRemove \"^X-Drop:.*\"\n"
                 "AddHeader \"X-Pound: 100% \\r\\nX-Drop: \\\"it\\\"\"\n",
                 "Service\n@BACKEND0@End\n", 1);
  site.httpd.start(false);
  const auto page = site.ask("/page", "Host: any.example\r\nX-Drop: this\r\n");
  CHECK(page.header("X-Seen") == "any.example 100% \\r\\nX-Drop: \\\"it\\\"  127.0.0.1");
  CHECK(site.ask("/page", "Host: a\r\nContent-Length: 0\r\n", "DELETE").status != 501);
  CHECK(site.ask("/page", "Host: a\r\n", "OPTIONS").status == 501);
  CHECK(site.ask("/page", "Host: a\r\n", "UNHEARDOF").status == 501);
  CHECK(site.ask("/Page").status == 501);
  const auto upload = [&](const std::string& body) {
    return HttpConnection(site.front).exchange(post("/page", body, "Host: a\r\n")).status;
  };
  CHECK(upload("0123456789") != 413);
  CHECK(upload("0123456789a") == 413);
  const auto host = "any.example:" + std::to_string(site.front.port);
  CHECK(site.ask("/moved", "Host: " + host + "\r\n").header("Location").value_or("none") ==
        "http://" + host + "/there");
}

TEST_CASE("Redirects lead where Pound's did") {
  PoundSite site("",
                 "Service\nURL \"^/host\"\nRedirect 307 \"http://b.example\"\nEnd\n"
                 "Service\nURL \"^/page\"\nRedirect \"https://c.example/%{ENV:PATH}%1$1&%25'\"\nEnd\n"
                 "Service\nRedirect 301 \"http://d.example/\"\nEnd\n",
                 0);
  site.httpd.start(false);
  const auto redirect = [&](const std::string& target) {
    const auto answer = site.ask(target);
    return std::to_string(answer.status) + " " + answer.header("Location").value_or("none");
  };
  CHECK(redirect("/host/a%20b?x=1") == "307 http://b.example/host/a%20b?x=1");
  CHECK(redirect("/page/a?x=1") == "302 https://c.example/%{ENV:PATH}%1$1&%25'");
  CHECK(redirect("/other?x=1") == "301 http://d.example/");
}

TEST_CASE("A session keeps a client at one back-end, and a back-end that is down is left out") {
  const auto dead = std::to_string(free_port());
  PoundSite site(
      "",
      "Service \"app\"\nURL \"^/app\"\n@BACKEND0@@BACKEND1@Session\nType COOKIE\nID \"SID\"\nTTL 300\nEnd\nEnd\n"
      "Service\n" +
          back_end(dead) + "Emergency\nAddress 127.0.0.1\nPort @PORT2@\nEnd\nEnd\n",
      3);
  site.httpd.start(false);
  site.httpd.error_log().expect("AH01114: HTTP: failed to make connection to backend");
  site.httpd.error_log().allow("AH00959: ap_proxy_connect_backend disabling worker");
  site.httpd.error_log().allow("AH00957: http: attempt to connect to 127.0.0.1:" + dead);
  const auto first = site.ask("/app");
  const auto cookie = first.header("Set-Cookie").value_or("");
  CHECK(cookie.starts_with("ROUTE_pound-app=."));
  CHECK(cookie.ends_with("; Path=/; HttpOnly; Max-Age=300"));
  for (int i = 0; i < 6; ++i)
    CHECK(site.answered_by("/app", "Host: a\r\nCookie: " + cookie.substr(0, cookie.find(';')) + "\r\n") ==
          first.header("X-Back-End"));
  for (const std::string other : {"0", "1"})
    CHECK(happens([&] { return site.answered_by("/app") == other; }));
  CHECK(site.answered_by("/") == "2");
}

TEST_CASE("A listener with TLS and a back-end with TLS work with the files that Pound had") {
  HttpdFixture httpd(with(""));
  prepare(httpd);
  const Endpoint front{"127.0.0.1", free_port(), true, 0};
  auto text = "ListenHTTPS\nAddress 127.0.0.1\nPort " + std::to_string(front.port) +
              "\nCert \"@ROOT@/both.pem\"\nDisable TLSv1_1\nCiphers \"HIGH\"\nSSLHonorCipherOrder 1\nClientCert 1 2\n"
              "VerifyList \"@ROOT@/both.pem\"\nEnd\nService\n" +
              back_end(std::to_string(httpd.tls().port), "HTTPS\nCert \"@ROOT@/both.pem\"\n") + "End\n";
  text = replace_all(text, "@ROOT@", httpd.root().string());
  httpd.configure(with(converted(httpd.root(), text, {"--logs", (httpd.root() / "logs").string()})));
  httpd.error_log().allow("AH01909"); // the certificate is for localhost
  httpd.start(false);
  CHECK(fetch(front, "/").body == kPageText);
}

TEST_CASE("Streams of a name go to its media server, and its pages to the pages' server") {
  ScriptedBackend by_url;
  ScriptedBackend by_header;
  PoundSite site(
      "",
      "LogFacility -\nService\nHeadRequire \"Host: live.example.com\"\nURL \"/(open|send|idle|close|fcs)/.*\"\n" +
          back_end(std::to_string(by_url.port())) + "End\nService\nHeadRequire \"X-Room: red\"\n" +
          back_end(std::to_string(by_header.port())) + "End\nService\n@BACKEND0@End\n",
      1,
      {"--rtmp", "127.0.0.1:" + std::to_string(by_url.port()), "--rtmp",
       "127.0.0.1:" + std::to_string(by_header.port())});
  site.httpd.start();
  CHECK(TunnelClient(site.front, "Host: live.example.com\r\n").try_open().status == 200);
  CHECK_NOTHROW(by_url.accept());
  CHECK(TunnelClient(site.front, "Host: other.example.com\r\nX-Room: red\r\n").try_open().status == 200);
  CHECK_NOTHROW(by_header.accept());
  CHECK(site.answered_by("/", "Host: live.example.com\r\n") == "0");
  CHECK(site.answered_by("/", "Host: other.example.com\r\n") == "0");
}
