// SPDX-License-Identifier: Apache-2.0
// Order: whatever connections and pieces a session's requests come in, each byte arrives once and in its place.
#include "support/os/random_bytes.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// How long the answer took, in milliseconds.
struct Timed {
  HttpResponse reply;
  std::chrono::milliseconds took;
};

Timed timed(HttpConnection& connection, const std::string& request) {
  const auto begin = Clock::now();
  auto reply = connection.exchange(request);
  return {std::move(reply), since(begin)};
}

} // namespace

TEST_CASE("Half a megabyte of random bytes goes each way unchanged on one connection") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    CHECK_NOTHROW(carry_both_ways(session, 500'000, 11));
    CHECK(session.client.close().status == 200);
    CHECK_NOTHROW(session.media->wait_for_end());
  }
}

TEST_CASE("A client that uses a new connection for each request gets the right bytes in the right order") {
  HttpdOptions options;
  options.mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(options.mpm);
  TunnelSite site(options);
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage, 1);
    std::string up;
    std::string down;
    for (std::uint32_t i = 0; i < 60; ++i) {
      session.client.reconnect();
      const auto bytes = random_bytes(1 + i * 37 % 3000, i);
      const auto back = random_bytes(1 + i * 53 % 2000, 1000 + i);
      session.media->send(back);
      down += back;
      if (i % 3 == 2) {
        REQUIRE(session.client.idle().status == 200);
        continue;
      }
      REQUIRE(session.client.send(bytes).status == 200);
      up += bytes;
    }
    CHECK(difference(session.client.poll_for(down.size()), down) == "");
    CHECK(difference(session.media->wait_for_bytes(up.size()), up) == "");
    CHECK(session.client.close().status == 200);
  }
}

TEST_CASE("A client that pipelines five requests in random segments gets five answers in order") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    std::string up;
    std::string down;
    std::string received;
    for (std::uint32_t round = 0; round < 40; ++round) {
      std::string requests;
      for (std::uint32_t i = 0; i < 5; ++i) {
        const auto bytes = i == 3 ? "" : random_bytes(1 + (round * 5 + i) * 71 % 1500, round * 5 + i);
        requests += session.client.request(i == 3 ? "idle" : "send", session.client.take_number(), bytes);
        up += bytes;
      }
      const auto back = random_bytes(400, 5000 + round);
      session.media->send(back);
      down += back;
      const std::size_t largest = round % 4 == 0 ? requests.size() : 700;
      for (const auto& piece : random_pieces(requests, largest, round))
        session.client.connection().send(piece);
      for (int i = 0; i < 5; ++i)
        received += rtmp_bytes(session.client.connection().receive());
    }
    received += session.client.poll_for(down.size() - received.size());
    CHECK(difference(received, down) == "");
    CHECK(difference(session.media->wait_for_bytes(up.size()), up) == "");
  }
}

TEST_CASE("Requests pipelined behind open's successor on the connection that is being handed over all arrive") {
  TunnelSite site;
  auto client = site.client(handed_over());
  client.open();
  const auto media = site.backend().accept();
  // The opening request has handed the connection over; a new connection is handed over by its first request, and what
  // httpd has read of the next ones goes along.
  std::string up;
  for (std::uint32_t round = 0; round < 20; ++round) {
    client.reconnect();
    std::string requests;
    for (int i = 0; i < 5; ++i) {
      const auto bytes = random_bytes(2500, round * 5 + static_cast<std::uint32_t>(i));
      requests += client.request("send", client.take_number(), bytes);
      up += bytes;
    }
    const std::size_t largest = round % 2 == 0 ? requests.size() : 900;
    for (const auto& piece : random_pieces(requests, largest, round))
      client.connection().send(piece);
    for (int i = 0; i < 5; ++i)
      REQUIRE(client.connection().receive().status == 200);
  }
  CHECK(difference(media->wait_for_bytes(up.size()), up) == "");
}

TEST_CASE("A repeated request gets its first reply again and is delivered once") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    session.media->send("for the client");
    REQUIRE(session.client.poll_for(14) == "for the client");
    const auto back = random_bytes(2000, 1);
    session.media->send(back);
    std::string request;
    HttpResponse first;
    std::string sent;
    // Until a reply carries bytes: only such a one can be told from another.
    for (int i = 0; i < 100 && first.body.size() < 2; ++i) {
      request = session.client.request("send", session.client.take_number(), "sent once");
      first = session.client.connection().exchange(request);
      sent += "sent once";
    }
    REQUIRE(first.body.size() > 1);
    for (int i = 0; i < 3; ++i) {
      const auto again = ask_anew(session, request);
      CHECK(again.status == 200);
      CHECK(difference(again.body, first.body) == "");
    }
    CHECK(session.client.connection().exchange(request).body == first.body);
    REQUIRE(session.client.send("the next").status == 200);
    CHECK(session.media->wait_for_bytes(sent.size() + 8) == sent + "the next");
  }
}

TEST_CASE("A repeated idle gets the bytes of its first reply again") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    session.media->send("first bytes");
    std::string request;
    HttpResponse first;
    while (first.body.size() < 2) {
      request = session.client.request("idle", session.client.take_number(), "");
      first = session.client.connection().exchange(request);
    }
    session.media->send("second bytes");
    CHECK(ask_anew(session, request).body == first.body);
    const auto rest = std::string("first bytes").substr(first.body.size() - 1) + "second bytes";
    CHECK(session.client.poll_for(rest.size()) == rest);
  }
}

TEST_CASE("Number n+1 before n on another connection waits for its turn") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("0").status == 200);
    std::string up = "0";
    for (std::uint32_t round = 0; round < 10; ++round) {
      const auto n = session.client.take_number();
      const auto after = session.client.take_number();
      HttpConnection ahead(session.client.endpoint());
      const auto late = random_bytes(3000, round);
      const auto early = random_bytes(2000, 100 + round);
      ahead.send(session.client.request("send", after, late));
      // On its way for certain before n is sent: half of the rounds wait, half race.
      if (round % 2 == 0) CHECK_FALSE(ahead.readable(Deadline(50ms)));
      REQUIRE(ask_anew(session, session.client.request("send", n, early)).status == 200);
      REQUIRE(ahead.receive().status == 200);
      up += early + late;
    }
    CHECK(difference(session.media->wait_for_bytes(up.size()), up) == "");
  }
}

TEST_CASE("Eight requests on eight connections in reverse order are delivered in theirs") {
  // Forwarded requests may wait on a quarter of a child's threads.
  HttpdOptions options;
  options.global = "<IfModule mpm_event_module>\n  ThreadsPerChild 64\n</IfModule>\n";
  TunnelSite site(options);
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("begin").status == 200);
    std::vector<std::unique_ptr<HttpConnection>> connections;
    std::string up = "begin";
    for (std::uint32_t i = 0; i < 8; ++i)
      up += std::string(100, static_cast<char>('a' + i));
    for (std::uint32_t i = 8; i-- > 0;) {
      connections.push_back(std::make_unique<HttpConnection>(session.client.endpoint()));
      connections.back()->send(session.client.request("send", 1 + i, std::string(100, static_cast<char>('a' + i))));
    }
    for (auto& connection : connections)
      CHECK(connection->receive().status == 200);
    CHECK(session.media->wait_for_bytes(up.size()) == up);
  }
}

TEST_CASE("An idle behind a missing number goes on after a while, and so does the session") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("before").status == 200);
    session.client.take_number(); // never sent
    const auto request = session.client.request("idle", session.client.take_number(), "");
    auto result = timed(session.client.connection(), request);
    // Forwarded, it may be told to come again rather than keep a thread for so long.
    if (!carriage.handed_over && result.reply.status == 503) result = timed(session.client.connection(), request);
    CHECK(result.reply.status == 200);
    CHECK(result.took < 4s);
    CHECK(session.client.send("after").status == 200);
    CHECK(session.media->wait_for_bytes(11) == "beforeafter");
  }
}

TEST_CASE("A send behind a missing number ends the session, for its stream has a hole") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("before").status == 200);
    session.client.take_number(); // never sent
    const auto number = session.client.take_number();
    const auto request = session.client.request("send", number, "after");
    auto result = timed(session.client.connection(), request);
    if (!carriage.handed_over && result.reply.status == 503) result = timed(session.client.connection(), request);
    CHECK(result.reply.status == 404);
    CHECK(result.reply.says_close());
    CHECK(result.took < 4s);
    CHECK_NOTHROW(session.media->wait_for_end());
    CHECK(session.media->received() == "before");
  }
}

TEST_CASE("The first number seen is the start") {
  TunnelSite site;
  const auto start = GENERATE(0u, 1u, 7u, 4294967290u);
  for (const auto& carriage : {handed_over(), forwarded()}) {
    CAPTURE(carriage, start);
    auto session = site.session(carriage, start);
    REQUIRE(session.client.send("a").status == 200);
    REQUIRE(session.client.idle().status == 200);
    REQUIRE(session.client.send("b").status == 200);
    CHECK(session.media->wait_for_bytes(2) == "ab");
  }
}

TEST_CASE("Two sessions at once keep their bytes apart") {
  TunnelSite site;
  auto first = site.session(handed_over());
  auto second = site.session(forwarded());
  CHECK(first.client.id() != second.client.id());
  for (std::uint32_t i = 0; i < 5; ++i) {
    CHECK_NOTHROW(carry_both_ways(first, 30'000, 2 * i + 1));
    CHECK_NOTHROW(carry_both_ways(second, 30'000, 100 + 2 * i));
  }
}
