// SPDX-License-Identifier: Apache-2.0
// RTMPT servers that end connections: where no byte can be lost or come twice the session goes on over a new one, and
// where one could it ends.
#include "support/os/random_bytes.hpp"
#include "support/sites/rtmpt_site.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <thread>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Then = RtmptAnswer::Then;

namespace {

// Ends connections at random, but rarely: the script runs in the server's thread.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  bool one_in(std::uint32_t sides) { return random_() % sides == 0; }

 private:
  std::mt19937 random_;
};

// Polls until the session is over, but not more often than `polls` times; false when it goes on.
bool is_over(RtmptSession& session, int polls = 200) {
  for (; polls > 0; --polls) {
    const auto reply = session.client.idle();
    if (reply.status != 200 || reply.says_close()) return true;
  }
  return false;
}

std::size_t error_lines(RtmptSite& site) {
  return site.httpd().error_log().matching(R"(:error\])").size();
}

} // namespace

TEST_CASE("A session goes on when its RTMPT server ends the connection behind every answer") {
  const bool announced = GENERATE(true, false);
  RtmptSite site;
  site.server().follow([announced](const RtmptRequest&) -> RtmptAnswer {
    if (announced) return {.then = Then::finish, .more_headers = "Connection: close\r\n"};
    return {.then = Then::finish_if_quiet};
  });
  for (const auto& carriage : carriages()) {
    CAPTURE(announced, carriage);
    auto session = site.session(carriage);
    CHECK_NOTHROW(carry_both_ways(site, session, 100'000, 1));
    CHECK_NOTHROW(carry_both_ways(site, session, 30, 2));
    CHECK(session.client.close().status == 200);
    const auto closed = [&] { return site.server().session(session.at_server).closed; };
    CHECK(happens(closed));
  }
  CHECK(site.server().connection_count() > 20);
}

TEST_CASE("A session goes on when its RTMPT server ends the connection behind some answers") {
  Dice dice(7);
  RtmptSite site;
  site.server().follow([&dice](const RtmptRequest& request) -> RtmptAnswer {
    const bool end = request.kind != "open" && dice.one_in(5);
    return {.then = end ? Then::finish_if_quiet : Then::keep};
  });
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    CHECK_NOTHROW(carry_both_ways(site, session, 400'000, 3));
  }
}

TEST_CASE("A session goes on when its RTMPT server ends the connection while it is idle") {
  RtmptSite site;
  const auto how = GENERATE(Then::finish, Then::reset);
  for (const auto& carriage : carriages()) {
    CAPTURE(static_cast<int>(how), carriage);
    auto session = site.session(carriage);
    for (std::uint32_t round = 0; round < 5; ++round) {
      CHECK_NOTHROW(carry_both_ways(site, session, 10'000, round));
      site.server().end_once_quiet(site.server().session(session.at_server).connection, how);
    }
    CHECK(session.client.close().status == 200);
  }
}

TEST_CASE("Whenever an RTMPT server ends a connection, no byte is lost that was not, and none comes twice") {
  HttpdOptions options;
  options.site = "RTMPTIdleHold 20ms\n";
  RtmptSite site(options);
  std::size_t went_on = 0;
  constexpr std::uint32_t kRounds = 40;
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    CAPTURE(round);
    auto session = site.session();
    // Ends the connection at a random moment while both sides talk.
    std::thread ender([&] {
      std::mt19937 random(round);
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
      site.server().end(site.server().session(session.at_server).connection);
    });
    const auto up = random_bytes(60'000, round);
    bool over = false;
    for (const auto& piece : random_pieces(up, 4'000, round)) {
      const auto reply = session.client.send(piece);
      over = reply.status != 200 || reply.says_close();
      if (over) break;
    }
    ender.join();
    const auto complete = [&] { return site.server().received(session.at_server).size() >= up.size(); };
    if (!over) {
      const bool all_came = happens(complete, Deadline(3s));
      over = is_over(session, 5);
      CHECK((all_came || over));
    }
    CHECK(up.starts_with(site.server().received(session.at_server)));
    if (!over) ++went_on;
    CHECK(happens([&] { return error_lines(site) == round + 1 - went_on; }));
  }
  WARN(went_on << " of " << kRounds << " sessions went on over a new connection");
  CHECK(went_on > 0);
  if (went_on < kRounds) site.httpd().error_log().expect("RTMPT316.*" + site.server().url() + ".*connection ended");
}

TEST_CASE("A session ends when its RTMPT server read a request and ended the connection without an answer") {
  const std::string kind = GENERATE("send", "idle");
  const auto how = GENERATE(Then::finish, Then::reset);
  RtmptSite site;
  site.httpd().error_log().expect("RTMPT316.*" + site.server().url() + ".*ended");
  std::size_t lines = 0;
  for (const auto& carriage : carriages()) {
    CAPTURE(kind, static_cast<int>(how), carriage);
    site.server().follow({});
    auto session = site.session(carriage);
    REQUIRE_NOTHROW(carry_both_ways(site, session, 5'000, 1));
    const auto before = site.server().received(session.at_server);
    site.server().follow([&](const RtmptRequest& request) -> RtmptAnswer {
      if (request.kind != kind) return {};
      return {.bytes = "", .then = how};
    });
    if (kind == "send") session.client.send("once");
    CHECK(is_over(session));
    ++lines;
    CHECK(happens([&] { return error_lines(site) == lines; }));
    const auto received = site.server().received(session.at_server);
    CHECK(received == before + (kind == "send" ? "once" : ""));
  }
}

TEST_CASE("A session ends with one line when its RTMPT server is gone at the new connection") {
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    RtmptSite site;
    site.httpd().error_log().expect("RTMPT316.*" + site.server().url() + ".*connected again.*refused");
    auto session = site.session(carriage);
    REQUIRE_NOTHROW(carry_both_ways(site, session, 5'000, 1));
    site.server().stop_listening();
    site.server().follow([](const RtmptRequest&) -> RtmptAnswer { return {.then = Then::finish}; });
    CHECK(is_over(session));
    CHECK(happens([&] { return error_lines(site) == 1; }));
  }
}
