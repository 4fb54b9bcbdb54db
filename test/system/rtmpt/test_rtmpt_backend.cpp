// SPDX-License-Identifier: Apache-2.0
// Servers that speak RTMPT behind the tunnel: what they get to see of the gateway, and what passes through both.
#include "support/os/random_bytes.hpp"
#include "support/sites/rtmpt_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

RtmptServerOptions holding(std::chrono::milliseconds idle_hold) {
  RtmptServerOptions options;
  options.idle_hold = idle_hold;
  return options;
}

RtmptAnswer hold_close(const RtmptRequest& request) {
  RtmptAnswer answer;
  answer.held = request.kind == "close";
  return answer;
}

} // namespace

// That numbers begin at 0 and follow each other, that each head says what it must and that no connection is shared, the
// server sees itself: see RtmptLedger.
TEST_CASE("Every byte arrives once and in order at either end of a tunnel to an RTMPT server") {
  const auto hold = GENERATE(0ms, 50ms, 500ms);
  RtmptSite site({}, holding(hold));
  std::uint32_t seed = 1;
  for (const auto& carriage : carriages()) {
    CAPTURE(hold.count(), carriage);
    auto session = site.session(carriage);
    CHECK_NOTHROW(carry_both_ways(site, session, 30, seed++));
    CHECK_NOTHROW(carry_both_ways(site, session, 3'000, seed++));
    CHECK_NOTHROW(carry_both_ways(site, session, 400'000, seed++));
    CHECK(session.client.close().status == 200);
    CHECK_NOTHROW(site.server().wait_for_end(session.at_server));
  }
  CHECK(site.server().connection_count() == 3);
  CHECK(site.server().count("open") == 3);
  CHECK(site.server().count("close") == 3);
  for (const auto& request : site.server().requests()) {
    CHECK(request.unanswered <= 2); // a held idle, a send, a close
    if (request.kind != "send") CHECK(request.body == std::string(1, '\0'));
  }
}

TEST_CASE("Every byte arrives once and in order when the RTMPT server takes its time with each answer") {
  RtmptSite site;
  site.server().follow([](const RtmptRequest& request) -> RtmptAnswer {
    return {.delay = std::chrono::milliseconds(request.number * 37 % 90)};
  });
  const auto carriage = GENERATE(from_range(carriages()));
  CAPTURE(carriage);
  auto session = site.session(carriage);
  for (std::uint32_t seed = 1; seed <= 5; ++seed)
    CHECK_NOTHROW(carry_both_ways(site, session, 40'000, seed));
}

TEST_CASE("An RTMPT server is told the client's address when a session is opened, and only then") {
  RtmptSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    CHECK_NOTHROW(carry_both_ways(site, session, 5'000, 1));
    const auto of_this = [&](const RtmptRequest& request) { return request.session == session.at_server; };
    const auto open = site.server().wait_for("the open", of_this);
    CHECK(open.header("X-Forwarded-For") == "127.0.0.1");
    CHECK(open.body == std::string(1, '\0'));
  }
  TunnelClient over_v6(site.httpd().plain_v6());
  over_v6.open();
  const auto requests = site.server().requests();
  const auto opened = std::count_if(requests.begin(), requests.end(), [](const RtmptRequest& request) {
    return request.kind == "open" && request.header("X-Forwarded-For") == "::1";
  });
  CHECK(opened == 1);
}

TEST_CASE("Sessions whose server gives all of them the same id have a connection each and are not mixed up") {
  RtmptServerOptions options = holding(20ms);
  options.same_id = true;
  RtmptSite site({}, options);
  std::vector<RtmptSession> sessions;
  for (const auto& carriage : carriages()) {
    sessions.push_back(site.session(carriage));
    sessions.push_back(site.session(carriage));
  }
  for (std::uint32_t round = 0; round < 3; ++round) {
    for (auto& session : sessions)
      CHECK_NOTHROW(
          carry_both_ways(site, session, 20'000, round * 100 + static_cast<std::uint32_t>(session.at_server)));
  }
  CHECK(site.server().connection_count() == sessions.size());
}

TEST_CASE("A client's bytes are sent at once, also behind an idle that the RTMPT server is known to hold") {
  RtmptSite site({}, holding(500ms));
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send(random_bytes(2000, 1)).status == 200);
    std::vector<std::chrono::milliseconds> delays;
    std::string up = site.server().wait_for_bytes(session.at_server, 2000);
    const auto third_idle = [&](const auto& r) {
      return r.session == session.at_server && r.kind == "idle" && r.number >= 3;
    };
    site.server().wait_for("the idle after two that were held", third_idle);
    for (int i = 0; i < 8; ++i) {
      // A held idle: the latest request, and some time has passed.
      const auto idle_is_held = [&] {
        const auto latest = site.server().requests().back();
        return latest.session == session.at_server && latest.kind == "idle" && since(latest.at) > 60ms;
      };
      eventually("an idle is held", idle_is_held);
      up += "now";
      const auto before = Clock::now();
      REQUIRE(session.client.send("now").status == 200);
      CHECK(site.server().wait_for_bytes(session.at_server, up.size()) == up);
      delays.push_back(since(before));
      const auto requests = site.server().requests();
      const auto sent =
          std::find_if(requests.rbegin(), requests.rend(), [](const auto& r) { return r.kind == "send"; });
      CHECK(sent->unanswered == 1);
      CHECK(sent->connection == session.at_server);
    }
    // Half of the hold; a busy machine may delay some.
    std::sort(delays.begin(), delays.end());
    CHECK(delays[delays.size() / 2] < 250ms);
    CHECK(session.client.close().status == 200);
  }
}

TEST_CASE("What comes while a send is under way goes into one send behind it") {
  RtmptSite site;
  site.server().follow([](const RtmptRequest& request) -> RtmptAnswer {
    return {.held = request.kind == "send" && request.body == "first"};
  });
  auto session = site.session();
  REQUIRE(session.client.send("first").status == 200);
  CHECK(site.server().wait_for_bytes(session.at_server, 5) == "first");
  for (const auto* piece : {"a", "b", "c"})
    REQUIRE(session.client.send(piece).status == 200);
  CHECK(site.server().count("send") == 1);
  site.server().release();
  CHECK(site.server().wait_for_bytes(session.at_server, 8) == "firstabc");
  CHECK(site.server().count("send") == 2);
}

TEST_CASE("A session's end is told to the RTMPT server by close behind what was still to be sent") {
  RtmptSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    const auto up = random_bytes(60'000, 7);
    for (const auto& piece : random_pieces(up, 20'000, 8))
      REQUIRE(session.client.send(piece).status == 200);
    REQUIRE(session.client.close().status == 200);
    CHECK_NOTHROW(site.server().wait_for_end(session.at_server));
    CHECK(difference(site.server().received(session.at_server), up) == "");
    CHECK(site.server().session(session.at_server).closed);
  }
}

TEST_CASE("The answer to close is waited for, but for a second only") {
  RtmptSite site;
  site.server().follow(hold_close);
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("x").status == 200);
    REQUIRE(session.client.close().status == 200);
    const auto of_this = [&](const auto& r) { return r.kind == "close" && r.session == session.at_server; };
    const auto close = site.server().wait_for("close", of_this);
    CHECK_NOTHROW(site.server().wait_for_end(session.at_server));
    const auto took = since(close.at);
    CHECK(took > 700ms);
    CHECK(took < 10s);
  }
}

TEST_CASE("A client that goes without a word is told to the RTMPT server by close when its time is up") {
  HttpdOptions options;
  options.site = "RTMPTSessionTimeout 1s\n";
  RtmptSite site(options);
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("x").status == 200);
    session.client.connection().reset();
    CHECK_NOTHROW(site.server().wait_for_end(session.at_server));
    CHECK(site.server().session(session.at_server).closed);
  }
}
