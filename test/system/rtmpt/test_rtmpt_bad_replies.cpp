// SPDX-License-Identifier: Apache-2.0
// RTMPT servers that go wrong in the middle of a session: its client is told, one line says why, and no other session
// notices.
#include "support/os/text_file.hpp"
#include "support/peers/bad_reply.hpp"
#include "support/sites/rtmpt_site.hpp"

#include <catch2/catch.hpp>

#include <regex>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// A server that says nothing is waited for as long.
HttpdOptions with_short_timeout() {
  HttpdOptions options;
  options.site = "RTMPTSessionTimeout 2s\nRTMPTIdleHold 100ms\n";
  return options;
}

// Polls until the server says that it is over; false when it does not, or says anything in the backend's words. The
// witness polls as well.
bool is_told(RtmptSession& session, HttpResponse reply, RtmptSession& witness) {
  for (int polls = 0; polls < 200; ++polls) {
    if (reply.status != 200 || reply.head.find(kBackendWords) != std::string::npos) return false;
    if (reply.says_close()) return session.client.connection().closed_by_server();
    if (witness.client.idle().status != 200) return false;
    reply = session.client.idle();
  }
  return false;
}

} // namespace

TEST_CASE("After a bad answer to a send or an idle the client is told, the log says why, and other sessions go on") {
  const std::string kind = GENERATE("send", "idle");
  RtmptSite site(with_short_timeout());
  auto& log = site.httpd().error_log();
  log.expect(R"(:error\])");
  std::size_t lines = 0;
  for (const auto& bad : bad_replies()) {
    for (const auto& carriage : carriages()) {
      CAPTURE(kind, bad, carriage);
      site.server().follow({});
      auto victim = site.session(carriage);
      auto witness = site.session(carriage);
      REQUIRE_NOTHROW(carry_both_ways(site, victim, 5'000, 1));
      site.server().follow([&kind, bad, session = victim.at_server](const RtmptRequest& request) {
        return request.session == session && request.kind == kind ? bad.answer : RtmptAnswer{};
      });
      const auto reply = kind == "send" ? victim.client.send("x") : victim.client.idle();
      CHECK(is_told(victim, reply, witness));
      ++lines;
      REQUIRE(happens([&] { return log.matching(R"(:error\])").size() >= lines; }));
      const auto errors = log.matching(R"(:error\])");
      INFO(errors.back());
      CHECK(errors.size() == lines);
      CHECK(std::regex_search(errors.back(), std::regex(site.server().url() + ".*(" + bad.reason + ")")));
      CHECK_NOTHROW(site.server().wait_for_end(victim.at_server));
      CHECK_NOTHROW(carry_both_ways(site, witness, 20'000, 2));
      CHECK(witness.client.close().status == 200);
    }
  }
  for (const auto* file : {"logs/error.log", "logs/access.log"})
    CHECK(read_file(site.httpd().root() / file).find(kBackendWords) == std::string::npos);
}
