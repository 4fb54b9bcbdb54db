// SPDX-License-Identifier: Apache-2.0
// What replies look like: the id, the polling byte, how long an idle is held.
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

bool is_url_safe(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

} // namespace

TEST_CASE("Ids are URL-safe, between 22 and 31 characters, never the same, and end in one newline") {
  TunnelSite site;
  std::set<std::string> ids;
  for (const auto& carriage : carriages()) {
    for (int i = 0; i < 10; ++i) {
      CAPTURE(carriage);
      auto client = site.client(carriage);
      const auto reply = client.try_open();
      REQUIRE(reply.status == 200);
      REQUIRE(reply.body.back() == '\n');
      CHECK(client.id().size() >= 22); // 128 bits in base64
      CHECK(client.id().size() <= 31);
      CHECK(std::all_of(client.id().begin(), client.id().end(), is_url_safe));
      CHECK(ids.insert(client.id()).second);
    }
  }
}

TEST_CASE("Replies are what librtmp can read") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    for (const auto& reply : {session.client.send("x"), session.client.idle(), session.client.close()}) {
      CAPTURE(reply.head);
      CHECK(reply.head.starts_with("HTTP/1.1 200 "));
      CHECK(reply.header("Content-Length") == std::to_string(reply.body.size()));
      CHECK(reply.header("Content-Type") == "application/x-fcs");
      CHECK(reply.head.find("Transfer-Encoding") == std::string::npos);
      CHECK(reply.body.size() == 1);
    }
  }
}

TEST_CASE("The polling byte grows while nothing comes and is 01 when bytes do") {
  TunnelSite site(site_with("RTMPTIdleHold 0\n"));
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    std::string bytes;
    while (bytes.find('\x21') == std::string::npos && bytes.size() < 100) {
      const auto reply = session.client.idle();
      REQUIRE(reply.body.size() == 1);
      bytes += reply.body;
    }
    // Each step of Red5's scale, none left out and none back.
    CHECK(std::is_sorted(bytes.begin(), bytes.end()));
    bytes.erase(std::unique(bytes.begin(), bytes.end()), bytes.end());
    CHECK(bytes == "\x01\x03\x05\x09\x11\x21");

    session.media->send("news");
    HttpResponse reply;
    CHECK(happens([&] { return (reply = session.client.idle()).body.size() > 1; }));
    CHECK(reply.body == "\x01news");
  }
}

TEST_CASE("An idle is held until bytes come, and not much longer") {
  TunnelSite site(site_with("RTMPTIdleHold 5s\nRTMPTGather 20ms\n"));
  auto session = site.session(handed_over());
  for (int i = 0; i < 5; ++i) {
    session.client.connection().send(session.client.request("idle", session.client.take_number(), ""));
    CHECK_FALSE(session.client.connection().readable(Deadline(150ms)));
    const auto begin = Clock::now();
    session.media->send("news");
    CHECK(rtmp_bytes(session.client.connection().receive()) == "news");
    CHECK(since(begin) < 4s);
  }
}

TEST_CASE("An idle that nothing comes for is answered when the hold time is up") {
  TunnelSite site(site_with("RTMPTIdleHold 300ms\n"));
  auto session = site.session(handed_over());
  const auto begin = Clock::now();
  CHECK(session.client.idle().body.size() == 1);
  CHECK(since(begin) >= 290ms);
  CHECK(since(begin) < 10s);
}

TEST_CASE("A forwarded idle is held for 50 ms at most") {
  TunnelSite site(site_with("RTMPTIdleHold 5s\n"));
  auto session = site.session(forwarded());
  const auto begin = Clock::now();
  for (int i = 0; i < 10; ++i)
    REQUIRE(session.client.idle().body.size() == 1);
  CHECK(since(begin) < 25s); // 50 s with the hold of the site
}

TEST_CASE("A send is answered at once, also while an idle before it on the connection is held") {
  TunnelSite site(site_with("RTMPTIdleHold 10s\n"));
  auto session = site.session(handed_over());
  REQUIRE(session.client.send("x").status == 200);
  auto begin = Clock::now();
  REQUIRE(session.client.send("y").status == 200);
  CHECK(since(begin) < 9s);
  begin = Clock::now();
  auto& connection = session.client.connection();
  connection.send(session.client.request("idle", session.client.take_number(), ""));
  connection.send(session.client.request("send", session.client.take_number(), "z"));
  CHECK(connection.receive().status == 200);
  CHECK(connection.receive().status == 200);
  CHECK(since(begin) < 9s);
  CHECK(session.media->wait_for_bytes(3) == "xyz");
}

TEST_CASE("Bytes that come in many small writes are gathered into few replies") {
  TunnelSite site(site_with("RTMPTIdleHold 20s\nRTMPTGather 2s\n"));
  auto session = site.session(handed_over());
  session.media->send(std::string(20'000, 'c')); // past the conversation at a stream's start, which is not gathered
  session.client.poll_for(20'000);
  session.client.connection().send(session.client.request("idle", session.client.take_number(), ""));
  const auto begin = Clock::now();
  session.media->send("1");
  const bool early = session.client.connection().readable(Deadline(30ms));
  session.media->send("2");
  session.media->send("3");
  CHECK_FALSE(early);
  CHECK(rtmp_bytes(session.client.connection().receive()) == "123");
  CHECK(since(begin) < 15s); // by the end of the gather, not of the hold
}

TEST_CASE("What a server keeps back until it is acknowledged comes with the reply, not with the next one") {
  TunnelSite site(site_with("RTMPTIdleHold 5s\nRTMPTGather 20ms\n"));
  auto session = site.session(handed_over());
  session.media->send(std::string(20'000, 'c'));
  session.client.poll_for(20'000);
  // Nagle's algorithm sends the first and keeps the others; by itself the gateway's kernel would acknowledge after 40
  // ms.
  constexpr int kRounds = 20;
  int replies = 0;
  for (int round = 0; round < kRounds; ++round) {
    session.client.connection().send(session.client.request("idle", session.client.take_number(), ""));
    for (const char* const piece : {"1", "2", "3"})
      session.media->send(piece);
    std::string came = rtmp_bytes(session.client.connection().receive());
    for (++replies; came.size() < 3; ++replies)
      came += rtmp_bytes(session.client.idle());
    REQUIRE(came == "123");
  }
  CHECK(replies <= kRounds + kRounds / 4); // a busy machine may part the three
}

TEST_CASE("Who fetches as fast as he can is not kept waiting by a long gather") {
  TunnelSite site(site_with("RTMPTIdleHold 5s\nRTMPTGather 1s\n"));
  auto session = site.session(handed_over());
  constexpr std::size_t kBytes = 8'000'000; // more than 30 replies can carry
  const auto begin = Clock::now();
  std::string sender_failed; // when the client gave up first
  std::jthread sending([&] {
    try {
      session.media->send(std::string(kBytes, 'v'));
    } catch (const std::exception& error) {
      sender_failed = error.what();
    }
  });
  session.client.poll_for(kBytes);
  CHECK(since(begin) < 25s); // 30 s and more if each reply waited for the gather's end
  sending.join();
  CHECK(sender_failed.empty());
}

TEST_CASE("A long gather ends as soon as much has come") {
  TunnelSite site(site_with("RTMPTIdleHold 20s\nRTMPTGather 2s\n"));
  auto session = site.session(handed_over());
  constexpr std::size_t kConversation = 10'000; // gathered is what comes behind it
  session.media->send(std::string(kConversation, 'c'));
  session.client.poll_for(kConversation);
  constexpr std::size_t kMuch = 48'000; // less than a reply is sent for at once
  constexpr std::size_t kRounds = 16;
  const auto begin = Clock::now();
  for (std::size_t round = 1; round <= kRounds; ++round) {
    session.media->send(std::string(kMuch, 'v'));
    session.client.poll_for(kConversation + round * kMuch);
  }
  CHECK(since(begin) < 25s); // 32 s if each waited for the gather's end
}

TEST_CASE("Forwarded idles leave three quarters of httpd's threads to the pages of the site") {
  HttpdOptions options = site_with("RTMPTIdleHold 5s\n");
  options.global = "<IfModule mpm_event_module>\n  StartServers 1\n  ServerLimit 1\n  ThreadsPerChild 32\n"
                   "  MaxRequestWorkers 32\n</IfModule>\n";
  TunnelSite site(options);
  std::vector<TunnelSession> sessions;
  for (int i = 0; i < 24; ++i)
    sessions.push_back(site.session(forwarded()));
  std::ptrdiff_t fewest_held = 24;
  std::ptrdiff_t most_held = 0;
  constexpr std::ptrdiff_t kMostHeld = 9; // a quarter, and the one that makes it more than that
  constexpr int kMostRounds = 100;        // a busy machine answers others late, but not in every round
  for (int round = 0; round < kMostRounds && (most_held < 1 || fewest_held > kMostHeld); ++round) {
    const auto begin = Clock::now();
    for (auto& session : sessions) {
      session.client.connection().send(session.client.request("idle", session.client.take_number(), ""));
    }
    // Half of the 50 ms for which a forwarded idle may be held.
    while (since(begin) < 25ms)
      sessions.front().client.connection().readable(Deadline(5ms));
    const auto held = std::count_if(sessions.begin(), sessions.end(), [](TunnelSession& session) {
      return !session.client.connection().readable(Deadline(0ms));
    });
    fewest_held = std::min(fewest_held, held);
    most_held = std::max(most_held, held);
    for (auto& session : sessions)
      REQUIRE(session.client.connection().receive().status == 200);
  }
  CHECK(most_held >= 1);
  CHECK(fewest_held <= kMostHeld);
}
