// SPDX-License-Identifier: Apache-2.0
// Requests of a living session that are refused, by httpd itself or by the gateway on a connection that it has: the
// session's end has that as its reason.
#include "support/httpd/session_log_file.hpp"
#include "support/os/random_bytes.hpp"
#include "support/sites/pumped_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// What a client does before it leaves: on a new connection, which httpd reads first, or on the session's own, which the
// gateway has when it was handed over or is pumped.
struct Row {
  const char* what;
  std::string (*request)(const TunnelClient& client);
  int status;
  std::string logged; // end and detail in the session log
  bool by_gateway;    // whether the gateway refuses it as soon
};

std::string with_fields(const TunnelClient& client, const std::string& target, const std::string& fields,
                        const std::string& body) {
  return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" + client.headers() + fields + "\r\n" + body;
}

const Row kRows[] = {
    {"a send over LimitRequestBody",
     [](const TunnelClient& client) { return client.request("send", 1, std::string(9000, 'x')); }, 413,
     "body-too-large -", true},
    {"an idle over LimitRequestBody",
     [](const TunnelClient& client) { return client.request("idle", 1, std::string(9000, 'x')); }, 413,
     "request-refused a request was answered 413", true},
    {"two lengths",
     [](const TunnelClient& client) {
       return with_fields(client, tunnel_target("send", client.id(), 1),
                          "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "5\r\nhello\r\n0\r\n\r\n");
     },
     400, "request-refused a request was answered 400", true},
    {"malformed chunks",
     [](const TunnelClient& client) {
       return with_fields(client, tunnel_target("send", client.id(), 1), "Transfer-Encoding: chunked\r\n",
                          "nonsense\r\n");
     },
     400, "request-refused a request was answered 400", true},
    {"no number", [](const TunnelClient& client) { return with_fields(client, "/send/" + client.id() + "/x", "", ""); },
     400, "request-refused a request was answered 400", true},
    {"a body that does not come",
     [](const TunnelClient& client) {
       return with_fields(client, tunnel_target("idle", client.id(), 1), "Content-Length: 5\r\n", "h");
     },
     408, "request-refused a request was answered 408", false},
    {"what Require denies",
     [](const TunnelClient& client) {
       return with_fields(client, tunnel_target("idle", client.id(), 1), "X-Denied: yes\r\nContent-Length: 0\r\n", "");
     },
     403, "request-refused a request was answered 403", false},
};

HttpdOptions strict_site() {
  HttpdOptions options;
  options.site = "RTMPTSessionLog logs/session.log \"%{end}r %{detail}r\"\nRTMPTSessionTimeout 6s\n"
                 "LimitRequestBody 8192\nRequestReadTimeout body=1\n"
                 "<Location \"/idle\">\n  <RequireAll>\n    Require all granted\n"
                 "    Require expr \"req('X-Denied') != 'yes'\"\n  </RequireAll>\n</Location>\n";
  return options;
}

// The session log has these lines and no other, in any order.
void check_lines(const SessionLogFile& log, std::vector<std::string> expected) {
  auto lines = log.wait_for(expected.size(), Deadline(30s));
  std::sort(lines.begin(), lines.end());
  std::sort(expected.begin(), expected.end());
  CHECK(lines == expected);
}

} // namespace

TEST_CASE("A session whose client leaves after a refusal of httpd's own ends with that reason, in all ways") {
  for (const auto& carriage : carriages()) {
    TunnelSite site(strict_site());
    site.httpd().error_log().expect("RTMPT330");
    site.httpd().error_log().expect("AH01630"); // denied by Require
    const SessionLogFile log(site.httpd().root() / "logs" / "session.log");
    std::vector<std::string> expected;
    for (const Row& row : kRows) {
      CAPTURE(carriage, row.what);
      auto session = site.session(carriage);
      REQUIRE(session.client.send("first").status == 200);
      session.client.reconnect();
      CHECK(session.client.connection().exchange(row.request(session.client)).status == row.status);
      expected.push_back(row.logged);
    }
    CAPTURE(carriage);
    check_lines(log, expected);
  }
}

TEST_CASE("A session whose client leaves after a refusal on a connection that the gateway has ends with that reason") {
  for (const auto& carriage : {handed_over(), over_tls()}) {
    TunnelSite site(strict_site());
    auto& error_log = site.httpd().error_log();
    error_log.expect("RTMPT330: .* \\(8192 bytes\\)"); // the gateway names the limit where it refuses by itself
    const SessionLogFile log(site.httpd().root() / "logs" / "session.log");
    std::vector<std::string> expected;
    for (const Row& row : kRows) {
      if (!row.by_gateway) continue;
      CAPTURE(carriage, row.what);
      auto session = site.session(carriage);
      REQUIRE(session.client.send("first").status == 200);
      const auto served_by_httpd = forwarded_requests(site.httpd());
      CHECK(session.client.connection().exchange(row.request(session.client)).status == row.status);
      CHECK(forwarded_requests(site.httpd()) == served_by_httpd);
      expected.push_back(row.logged);
    }
    CAPTURE(carriage);
    check_lines(log, expected);
  }
}

TEST_CASE("A body of just the limit is taken on a connection that the gateway has") {
  for (const auto& carriage : {handed_over(), over_tls()}) {
    CAPTURE(carriage);
    TunnelSite site(strict_site());
    auto session = site.session(carriage);
    REQUIRE(session.client.send("first").status == 200);
    const auto body = random_bytes(8192, 1);
    CHECK(session.client.send(body).status == 200);
    CHECK(difference(session.media->wait_for_bytes(5 + body.size()), "first" + body) == "");
  }
}

TEST_CASE("A slow send that is forwarded gets 408, and the session's end has that as its reason") {
  TunnelSite site(strict_site());
  const SessionLogFile log(site.httpd().root() / "logs" / "session.log");
  auto session = site.session(forwarded());
  REQUIRE(session.client.send("first").status == 200);
  const auto slow = session.client.request("send", session.client.take_number(), "hello");
  CHECK(session.client.connection().exchange(slow.substr(0, slow.size() - 1)).status == 408);
  CHECK(log.wait_for(1) == std::vector<std::string>{"request-refused a request was answered 408"});
}

TEST_CASE("A session that goes on well after a refusal ends as if there had been none") {
  TunnelSite site(strict_site());
  const SessionLogFile log(site.httpd().root() / "logs" / "session.log");
  auto session = site.session(forwarded());
  REQUIRE(session.client.send("first").status == 200);
  CHECK(session.client.connection().exchange(kRows[2].request(session.client)).status == 400);
  session.client.reconnect();
  REQUIRE(session.client.send("second").status == 200);
  REQUIRE(session.client.close().status == 200);
  CHECK(log.wait_for(1) == std::vector<std::string>{"close -"});
}
