// SPDX-License-Identifier: Apache-2.0
// Modules that read the bodies of requests before the tunnel does: the bodies arrive whole, or the requests fail.
#include "support/os/built.hpp"
#include "support/os/random_bytes.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kBytesEachWay = 300'000;

HttpdOptions keeping(const std::string& what) {
  HttpdOptions options;
  options.global = "LoadModule keeping_module " + built::keeping_module() + "\n";
  options.site = "KeepBodies " + what + "\n";
  return options;
}

// ModSecurity with Debian's own files and the rules of its modsecurity-crs.
HttpdOptions mod_security(const std::string& engine, const std::string& exception) {
  HttpdOptions options;
  options.more_modules = {"unique_id", "security2"};
  std::string recommended = read_file("/etc/modsecurity/modsecurity.conf-recommended");
  recommended = replace_all(recommended, "/var/log/apache2", "@ROOT@/logs");
  recommended = replace_all(recommended, "unicode.mapping", "/etc/modsecurity/unicode.mapping");
  options.global = recommended + "\nSecAuditEngine Off\nSecRuleEngine " + engine +
                   "\nSecDataDir @ROOT@/logs\nSecTmpDir @ROOT@/logs\n"
                   "Include /etc/modsecurity/crs/crs-setup.conf\n" +
                   exception + "Include /usr/share/modsecurity-crs/rules/*.conf\n";
  return options;
}

// The example that the documents give.
std::string documented_exception() {
  return "Include " + built::conf_folder() + "/examples/modsecurity-exception.conf\n";
}

std::string chunked(const TunnelSession& session, std::uint32_t number, const std::vector<std::string>& pieces) {
  std::string text = "POST " + tunnel_target("send", session.client.id(), number) +
                     " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-fcs\r\n" + session.client.headers() +
                     "Transfer-Encoding: chunked\r\n\r\n";
  for (const auto& piece : pieces) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    text += size + piece + "\r\n";
  }
  return text + "0\r\n\r\n";
}

// Each send on a connection of its own, which a child of httpd reads first.
void send_on_new_connections(TunnelSession& session) {
  std::string up = session.media->received();
  std::uint32_t seed = 0;
  for (const std::size_t size : {1u, 5'000u, 60'000u, 100'000u}) {
    CAPTURE(size);
    const std::string body = random_bytes(size, ++seed);
    session.client.reconnect();
    REQUIRE(session.client.send(body).status == 200);
    session.client.reconnect();
    const auto text = chunked(session, session.client.take_number(), random_pieces(body, 9'000, seed));
    REQUIRE(session.client.connection().exchange(text).status == 200);
    up += body + body;
  }
  CHECK(difference(session.media->wait_for_bytes(up.size()), up) == "");
}

void check_all_ways(TunnelSite& site) {
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    CHECK_NOTHROW(carry_both_ways(session, kBytesEachWay, 7));
    send_on_new_connections(session);
    CHECK(session.client.close().status == 200);
  }
}

} // namespace

TEST_CASE("A body that another module has read and gives back arrives whole") {
  TunnelSite site(keeping("all"));
  check_all_ways(site);
}

TEST_CASE("A body of which another module has lost a part fails with a line in the log, and nothing is a 200") {
  TunnelSite site(keeping("half"));
  site.httpd().error_log().expect("RTMPT128");
  const auto carriage = forwarded();
  auto session = site.session(carriage);
  const auto reply = session.client.send(random_bytes(10'000, 1));
  CHECK(reply.status == 400);
  CHECK(reply.says_close());
  auto other = site.session(carriage);
  const auto text = chunked(other, other.client.take_number(), random_pieces(random_bytes(10'000, 2), 900, 2));
  CHECK(other.client.connection().exchange(text).status == 400);
  // Handed over the gateway has the first request from httpd too, and those behind it for itself.
  auto third = site.session(handed_over());
  third.client.reconnect();
  CHECK(third.client.send(random_bytes(10'000, 3)).status == 400);
  CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
}

TEST_CASE("ModSecurity with the Core Rule Set that only detects leaves streams whole") {
  TunnelSite site(mod_security("DetectionOnly", ""));
  site.httpd().error_log().allow("ModSecurity: Warning");
  // Its files were made by the parent, as root, and it complains of that now and then.
  site.httpd().error_log().allow("ModSecurity: collections_remove_stale");
  check_all_ways(site);
  // It has looked at the requests: the type of their bodies is none that it knows.
  CHECK(site.httpd().error_log().count("920420", 1) > 0);
}

TEST_CASE("ModSecurity with the Core Rule Set that blocks carries streams with the documented exception") {
  TunnelSite site(mod_security("On", documented_exception()));
  check_all_ways(site);
  // Pages of the site are still under its rules.
  site.httpd().error_log().expect("ModSecurity: ");
  CHECK(fetch(site.httpd().plain(), "/?q=%3Cscript%3Ealert(1)%3C/script%3E%20or%201=1--").status == 403);
}

// Targets that look like those of streams. X-Page leaves an open to the site; the others are no send that a stream has.
TEST_CASE("With the documented exception the bodies of the site's own requests are inspected") {
  HttpdOptions options = mod_security("On", documented_exception());
  options.site = "RTMPTProxyPassMatch X-Page . !\n";
  TunnelSite site(options);
  site.httpd().error_log().expect("ModSecurity: Access denied");
  site.httpd().error_log().allow("ModSecurity: ");
  const std::string id(23, 'A');
  const auto status_of = [&](const std::string& target, const std::string& body) {
    const std::string text = "POST " + target +
                             " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: a-test\r\nAccept: */*\r\nX-Page: yes\r\n"
                             "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body;
    return HttpConnection(site.httpd().plain()).exchange(text).status;
  };
  int number = 0;
  for (const std::string& target : {std::string("/open/1"), "/send/" + id + "/../../page", "/send/" + id + "/1/../page",
                                    "/send/" + id + "/page", "/idle/" + id + "/1", "/close/" + id}) {
    CAPTURE(target);
    const std::string name = "attack" + std::to_string(++number); // tells each request in the log
    CHECK(status_of(target, name + "=%3Cscript%3Ealert(1)%3C/script%3E") == 403);
    // The body was the reason, whatever the rules have against the target.
    CHECK(site.httpd().error_log().count("ARGS(_POST)?:" + name, 1) > 0);
  }
  CHECK(status_of("/open/1", "q=hello") != 403);
}

TEST_CASE("Without an exception a blocking ModSecurity refuses streams at their first request") {
  TunnelSite site(mod_security("On", ""));
  site.httpd().error_log().expect("ModSecurity: Access denied");
  site.httpd().error_log().allow("ModSecurity: ");
  auto client = site.client(handed_over());
  CHECK(client.connection().exchange(post("/open/1", "0", "Content-Type: application/x-fcs\r\n")).status == 403);
}
