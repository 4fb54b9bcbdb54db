// SPDX-License-Identifier: Apache-2.0
// The ends of a session: by its client, by its backend, by silence, and by the loss of its only connection.
#include "support/os/random_bytes.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// What a request for the session gets on a connection of its own.
int status_now(const TunnelSession& session, std::uint32_t number) {
  return ask_anew(session, session.client.request("idle", number, "")).status;
}

} // namespace

TEST_CASE("A close is answered with 00, ends the backend's connection, and the id is unknown from then on") {
  TunnelSite site;
  const bool with_number = GENERATE(true, false);
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage, with_number);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("all of it").status == 200);
    const auto target = "/close/" + session.client.id() + (with_number ? "/1" : "");
    const auto reply = session.client.connection().exchange(post(target, std::string(1, '\0'), carriage.headers));
    CHECK(reply.status == 200);
    CHECK(reply.body == std::string(1, '\0'));
    CHECK_NOTHROW(session.media->wait_for_end());
    CHECK(session.media->received() == "all of it");
    CHECK(status_now(session, 2) == 404);
  }
}

TEST_CASE("What a backend sent before it closed is delivered, then the connection is closed") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("x").status == 200);
    const auto rest = random_bytes(700'000, 9);
    session.media->send(rest);
    session.media->close_sending();
    HttpResponse reply;
    std::string received;
    for (int polls = 0; polls < 200; ++polls) {
      reply = session.client.idle();
      if (reply.status == 200) received = session.client.received();
      if (reply.says_close()) break;
    }
    CHECK(difference(received, rest) == "");
    CHECK(reply.status == 200);
    CHECK(reply.says_close());
    CHECK(session.client.connection().closed_by_server());
    CHECK_NOTHROW(session.media->wait_for_end());
    CHECK(status_now(session, 500) == 404);
  }
}

TEST_CASE("A backend that resets its connection ends the session with Connection: close") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("x").status == 200);
    session.media->reset();
    HttpResponse reply;
    for (int polls = 0; polls < 50 && !reply.says_close(); ++polls)
      reply = session.client.idle();
    CHECK(reply.says_close());
    CHECK(session.client.connection().closed_by_server());
    CHECK(status_now(session, 500) == 404);
  }
}

TEST_CASE("A held idle is answered as soon as the backend closes") {
  TunnelSite site(site_with("RTMPTIdleHold 20s\n"));
  auto session = site.session(handed_over());
  session.client.connection().send(session.client.request("idle", session.client.take_number(), ""));
  CHECK_FALSE(session.client.connection().readable(Deadline(100ms)));
  session.media->close();
  const auto reply = session.client.connection().receive();
  CHECK(reply.says_close());
}

TEST_CASE("A session without requests ends after RTMPTSessionTimeout, and not before") {
  TunnelSite site(site_with("RTMPTSessionTimeout 3s\n"));
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    const auto begin = Clock::now();
    while (since(begin) < 4s)
      REQUIRE(session.client.idle().status == 200); // in use, it lives longer than that
    const auto last = Clock::now();
    CHECK_NOTHROW(session.media->wait_for_end());
    CHECK(since(last) >= 2900ms);
    CHECK(since(last) < 15s);
    CHECK(status_now(session, 500) == 404);
  }
}

TEST_CASE("A session whose only connection is gone ends sooner than by its timeout") {
  TunnelSite site(site_with("RTMPTSessionTimeout 12s\n"));
  const bool by_reset = GENERATE(false, true);
  CAPTURE(by_reset);
  auto session = site.session(handed_over());
  REQUIRE(session.client.send("x").status == 200);
  const auto begin = Clock::now();
  if (by_reset) session.client.connection().reset();
  { const auto closed = std::move(session.client); }
  CHECK_NOTHROW(session.media->wait_for_end());
  CHECK(since(begin) < 11s);
}

TEST_CASE("A player that lost its connection comes back in time and goes on") {
  TunnelSite site(site_with("RTMPTSessionTimeout 9s\n"));
  auto session = site.session(handed_over());
  session.media->send("before ");
  session.client.poll_for(7);
  session.client.connection().reset();
  session.media->send("after");
  session.client.reconnect();
  CHECK(session.client.poll_for(12) == "before after");
}
