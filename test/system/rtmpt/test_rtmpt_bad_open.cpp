// SPDX-License-Identifier: Apache-2.0
// RTMPT servers whose answer to an open is none: no session, the next member's turn, and one line for the
// administrator.
#include "support/os/text_file.hpp"
#include "support/peers/bad_reply.hpp"
#include "support/sites/rtmpt_site.hpp"

#include <catch2/catch.hpp>

#include <regex>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

std::vector<BadReply> all_bad_replies() {
  auto all = bad_replies();
  for (auto& reply : bad_open_replies())
    all.push_back(std::move(reply));
  return all;
}

void answer_opens_with(ScriptedRtmptServer& server, const RtmptAnswer& answer) {
  server.follow([answer](const RtmptRequest& request) { return request.kind == "open" ? answer : RtmptAnswer{}; });
}

std::string all_logs(const HttpdFixture& httpd) {
  return read_file(httpd.root() / "logs/error.log") + read_file(httpd.root() / "logs/access.log");
}

} // namespace

TEST_CASE("A client gets 503 for each bad answer to an open, and the log one line with backend and reason") {
  RtmptSite site({}, {}, "connectiontimeout=1");
  auto& log = site.httpd().error_log();
  log.expect(R"(:error\])");
  std::size_t lines = 0;
  for (const auto& bad : all_bad_replies()) {
    answer_opens_with(site.server(), bad.answer);
    for (const auto& carriage : carriages()) {
      CAPTURE(bad, carriage);
      auto client = site.client(carriage);
      const auto reply = client.try_open();
      CHECK(reply.status == 503);
      CHECK(reply.head.find(kBackendWords) == std::string::npos);
      CHECK(reply.body.find(kBackendWords) == std::string::npos);
      ++lines;
      REQUIRE(happens([&] { return log.matching(R"(:error\])").size() >= lines; }));
      const auto errors = log.matching(R"(:error\])");
      INFO(errors.back());
      CHECK(errors.size() == lines);
      CHECK(std::regex_search(errors.back(), std::regex(site.server().url() + ".*(" + bad.reason + ")")));
    }
  }
  CHECK(all_logs(site.httpd()).find(kBackendWords) == std::string::npos);
  site.server().follow({});
  auto session = site.session();
  CHECK_NOTHROW(carry_both_ways(site, session, 20'000, 1));
}

TEST_CASE("A balancer tries its next member after each bad answer to an open") {
  ScriptedRtmptServer bad_member;
  ScriptedRtmptServer good_member;
  HttpdOptions options;
  options.global = "<Proxy balancer://media>\n  BalancerMember " + bad_member.url() +
                   " retry=1 loadfactor=100 connectiontimeout=1\n  BalancerMember " + good_member.url() +
                   " loadfactor=1\n</Proxy>\n";
  options.more_hosts =
      "<VirtualHost *:@PORT@>\n  ServerName balanced\n  ProxyPass / balancer://media/\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  httpd.error_log().expect(R"(:error\])");
  std::size_t tried = 0;
  std::size_t opened = 0;
  for (const auto& bad : all_bad_replies()) {
    CAPTURE(bad);
    answer_opens_with(bad_member, bad.answer);
    // After a failure it is left alone for its retry time, counted in whole seconds.
    const auto another_try = [&] {
      TunnelClient client(httpd.plain(), "Host: balanced\r\n");
      client.open();
      ++opened;
      return bad_member.count("open") > tried;
    };
    CHECK(happens(another_try));
    tried = bad_member.count("open");
    CHECK(good_member.session_count() == opened);
  }
  CHECK(tried == all_bad_replies().size());
  CHECK(httpd.error_log().count(R"(:error\].*)" + bad_member.url(), tried) == tried);
}
