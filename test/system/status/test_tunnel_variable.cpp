// SPDX-License-Identifier: Apache-2.0
// The environment variable rtmpt-tunnel: on each request that is the tunnel's, however it ends, and on no other.
#include "support/clients/tunnel_client.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/farm_member.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kLogs = R"conf(
CustomLog @ROOT@/logs/marked.log "%>s %{rtmpt-tunnel}e" env=rtmpt-tunnel
CustomLog @ROOT@/logs/others.log "%>s %m %U" env=!rtmpt-tunnel
CustomLog @ROOT@/logs/marked_expr.log "%>s" "expr=-T reqenv('rtmpt-tunnel')"
SetEnvIf rtmpt-tunnel (.+) early-kind=$1
Header always set X-Tunnel "%{early-kind}e" env=rtmpt-tunnel
)conf";

// The host "localhost" has streams behind Require, and "pages" has none; "routed" has them for some opens alone.
HttpdOptions site_for(const FarmMember& member) {
  HttpdOptions options;
  options.global = kLogs;
  options.site = "RTMPTProxyPass " + member.url() +
                 "\nRTMPTBodyLimit 4K\n<LocationMatch \"^/(open|send|idle|close|fcs|page\\.html)\">\n  Require expr "
                 "\"!(-T req('X-Refuse'))\"\n</LocationMatch>\nErrorDocument 403 /refused.html\n";
  const std::string host = "<VirtualHost *:@PORT@>\n  DocumentRoot @ROOT@/htdocs\n  ServerName ";
  options.more_hosts = host + "pages\n</VirtualHost>\n" + host + "routed\n  RTMPTProxyPassMatch X-Go yes " +
                       member.url() + "\n</VirtualHost>\n" + host + "passed\n  ProxyPass / " + member.url() +
                       "/\n</VirtualHost>\n";
  return options;
}

std::vector<std::string> lines_in(HttpdFixture& httpd, const std::string& name) {
  auto lines = lines_of(read_file(httpd.root() / "logs" / name));
  std::erase(lines, "200 GET /index.html");
  return lines;
}

const std::string kNobody(23, 'A'); // an id of the gateway's form, and of no gateway that runs

enum class Seen { whole, in_part }; // in part: httpd gave up before it had read the headers

struct Case {
  std::string name;
  std::string request;
  int status;
  std::string kind; // empty: not the tunnel's
  Seen seen = Seen::whole;
};

std::string raw_post(const std::string& target, const std::string& headers, const std::string& body = {}) {
  return "POST " + target + " HTTP/1.1\r\n" + headers + "\r\n" + body;
}

// `unknown` is an id of the gateway that runs, and of no session.
std::vector<Case> cases(const std::string& unknown) {
  const std::string refuse = "X-Refuse: 1\r\n";
  const std::string host = "Host: localhost\r\n";
  const std::string pages = "Host: pages\r\n";
  const std::string routed = "Host: routed\r\n";
  const std::string passed = "Host: passed\r\n";
  const std::string via = "Via: 1.1 test\r\n";
  return {
      {"a good open", post("/open/1", "", via), 200, "open"},
      {"an absolute open", post("http://localhost/open/1", "", via), 200, "open"},
      {"an open with a query", post("/open/1?x=y", "", via), 200, "open"},
      {"an open that Require refuses", post("/open/1", "", refuse), 403, "open"},
      {"a send that Require refuses", post("/send/" + kNobody + "/1", "x", refuse), 403, "send"},
      {"an idle that Require refuses", post("/idle/" + kNobody + "/1", "", refuse), 403, "idle"},
      {"a close that Require refuses", post("/close/" + kNobody + "/1", "", refuse), 403, "close"},
      {"an ident that Require refuses", post("/fcs/ident2", "", refuse), 403, "ident"},
      {"an ident", post("/fcs/ident2", ""), 404, "ident"},
      {"an unknown session", post("/idle/" + unknown + "/1", "", via), 404, "idle"},
      {"an unknown session that is not forwarded", post("/idle/" + unknown + "/1", ""), 404, "idle"},
      {"a session of no gateway", post("/idle/" + kNobody + "/1", "", via), 404, "idle"},
      {"a number that httpd does not leave as it is", post("/idle/" + kNobody + "/x/../1", "", via), 404, ""},
      {"an old spelling", post("/idel/" + kNobody + "/1", "", via), 404, "idle"},
      {"an id that is none of a gateway", post("/send/newsletter/1", "x"), 404, ""},
      {"no number", post("/send/" + kNobody + "/", "x"), 400, "send"},
      {"a target that is too long", post("/idle/" + kNobody + "/" + std::string(300, '1'), ""), 400, "idle"},
      {"two lengths",
       raw_post("/send/" + kNobody + "/1", host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       400, "send"},
      {"a bad length", raw_post("/send/" + kNobody + "/1", host + "Content-Length: +1\r\n", "x"), 400, "send",
       Seen::in_part},
      {"a large body of no session", post("/send/" + unknown + "/1", std::string(5'000, 'x')), 404, "send"},
      {"a path that httpd cannot decode", post("/idle/%zz/1", ""), 400, ""},
      {"an escaped slash", post("/idle/" + kNobody + "%2f1", ""), 404, ""},
      {"no Host", raw_post("/idle/" + kNobody + "/1", "Content-Length: 0\r\n"), 400, "idle", Seen::in_part},
      {"a bad Host", raw_post("/idle/" + kNobody + "/1", "Host: a b\r\nContent-Length: 0\r\n"), 400, "idle",
       Seen::in_part},
      {"a bad header", raw_post("/send/" + kNobody + "/1", host + "no colon\r\nContent-Length: 0\r\n"), 400, "send",
       Seen::in_part},
      {"a header that is too long",
       raw_post("/send/" + kNobody + "/1", host + "X: " + std::string(9'000, 'x') + "\r\n"), 400, "send",
       Seen::in_part},
      {"an Expect that nobody meets",
       raw_post("/idle/" + kNobody + "/1", host + "Expect: more\r\nContent-Length: 0\r\n"), 417, "idle", Seen::in_part},
      {"an open by ProxyPass", post("/open/1", "", passed + via), 200, "open"},
      {"an unknown session by ProxyPass", post("/idle/" + unknown + "/1", "", passed), 404, "idle"},
      {"an open that a route takes", post("/open/1", "", routed + via + "X-Go: yes\r\n"), 200, "open"},
      {"an open that no route takes", post("/open/1", "", routed), 404, ""},
      {"an idle at a host with routes", post("/idle/" + unknown + "/1", "", routed), 404, "idle"},
      {"an open at a host without streams", post("/open/1", "", pages), 404, ""},
      {"an idle at a host without streams", post("/idle/" + kNobody + "/1", "", pages), 404, ""},
      {"a page", get("/page.html", pages), 200, ""},
      {"a page of a host with streams", get("/no-page", host), 404, ""},
      {"a refused page", get("/page.html", refuse), 403, ""},
      {"a GET of a target", get("/open/1"), 404, ""},
      {"another target", post("/open/2", ""), 404, ""},
      {"a POST to a host that is a tunnel alone", post("/other", "", passed), 404, ""},
  };
}

} // namespace

TEST_CASE("Each request of the tunnel has its kind in rtmpt-tunnel, whatever it is told, and others have none") {
  FarmMember member('a');
  HttpdFixture httpd(site_for(member));
  write_file(httpd.document_root() / "refused.html", "not you\n");
  write_file(httpd.document_root() / "page.html", kPageText);
  httpd.start();
  httpd.error_log().allow("AH01630|AH10244"); // refused by Require; a path that httpd does not take
  TunnelClient live(httpd.plain(), forwarded().headers);
  live.open();
  REQUIRE(happens([&] { return lines_in(httpd, "marked.log").size() == 1; }));
  for (const auto& c : cases(unknown_id(live.id()))) {
    CAPTURE(c.name);
    const auto marked_before = lines_in(httpd, "marked.log").size();
    const auto others_before = lines_in(httpd, "others.log").size();
    HttpConnection connection(httpd.plain());
    const auto answer = connection.exchange(c.request);
    CHECK(answer.status == c.status);
    const auto logged = [&] { return lines_in(httpd, "marked.log").size() + lines_in(httpd, "others.log").size(); };
    REQUIRE(happens([&] { return logged() > marked_before + others_before; }));
    CHECK(logged() == marked_before + others_before + 1);
    const auto marked = lines_in(httpd, "marked.log");
    CHECK(marked.size() == marked_before + (c.kind.empty() ? 0 : 1));
    if (!c.kind.empty() && !marked.empty()) CHECK(marked.back() == std::to_string(c.status) + ' ' + c.kind);
    // SetEnvIf saw it before, and Header behind: of requests that httpd could read.
    CHECK(answer.header("X-Tunnel").value_or("") == (c.seen == Seen::whole ? c.kind : ""));
  }
  CHECK(lines_in(httpd, "marked_expr.log").size() == lines_in(httpd, "marked.log").size());
}

TEST_CASE("A proxy's host counts, and who is refused for being no proxy is marked where he came in") {
  FarmMember member('a');
  HttpdOptions options;
  options.global = std::string(kLogs) + "RPAFenable On\nRPAFproxy_ips 127.0.0.1\nRPAFsethostname On\n"
                                        "RPAF_ForbidIfNotProxy On\n";
  options.plain_site = "RTMPTProxyPass " + member.url() + "\n";
  options.more_hosts = "<VirtualHost *:@PORT@>\n  DocumentRoot @ROOT@/htdocs\n  ServerName pages\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  auto stranger = httpd.plain();
  stranger.from_address = "127.0.0.3";
  CHECK(HttpConnection(stranger).exchange(post("/idle/" + kNobody + "/1", "")).status == 403);
  REQUIRE(happens([&] { return lines_in(httpd, "marked.log").size() == 1; }));
  CHECK(lines_in(httpd, "marked.log").back() == "403 idle");
  // To the host without streams, by the proxy's word, and from it.
  CHECK(HttpConnection(httpd.plain())
            .exchange(post("/idle/" + kNobody + "/1", "", "Host: localhost\r\nX-Forwarded-Host: pages\r\n"))
            .status == 404);
  REQUIRE(happens([&] { return lines_in(httpd, "others.log").size() == 1; }));
  const auto back = post("/close/" + kNobody + "/1", "", "Host: pages\r\nX-Forwarded-Host: localhost\r\n");
  CHECK(HttpConnection(httpd.plain()).exchange(back).status == 404);
  REQUIRE(happens([&] { return lines_in(httpd, "marked.log").size() == 2; }));
  CHECK(lines_in(httpd, "marked.log").back() == "404 close");
  CHECK(lines_in(httpd, "others.log").size() == 1);
}
