// SPDX-License-Identifier: Apache-2.0
// Clients of RTMP where httpd is asked about each publish and play.
#include "rtmp_rig.hpp"
#include "stream_asks.hpp"
#include "test/gateway/loops/processor_time.hpp"
#include "test/support/deadline.hpp"

#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <future>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::RefusalWords;

TEST_CASE("Each publish and play of RTMP is asked about, and nothing of it passes before the answer", "[stream asks]") {
  RtmpRig rig;
  for (const bool over_tls : {false, true}) {
    CAPTURE(over_tls);
    auto [client, server] = carry_authorized(rig, over_tls, "live?user=bob&pass=b");
    const std::string media = picture_of(300);
    const std::string commands =
        command("createStream", 0) + publish("cam1?user=alice&pass=wonder&k=1") + media; // in one piece
    client.send(commands);
    AskedQuestion question = rig.httpd.next();
    CHECK(question.request ==
          "PUBLISH /live/cam1 HTTP/1.1\r\nHost: live.example.com\r\nUser-Agent: FMLE/3.0\r\n"
          "RTMPT-Query: user=alice&pass=wonder&k=1\r\nRTMPT-App-Query: user=bob&pass=b\r\nRTMPT-Vhost: vh\r\n"
          "Authorization: Basic YWxpY2U6d29uZGVy\r\nConnection: close\r\n\r\n");
    CHECK(question.preamble.over_tls == over_tls);
    CHECK(question.preamble.tls_server_name == (over_tls ? "live.example.com" : ""));
    CHECK(question.preamble.client.source.port == 4711);
    CHECK(question.preamble.ticket != 0);
    CHECK(question.preamble.session_name.text().size() == 12);
    const std::string front = command("createStream", 0);
    CHECK(server.receive(front.size()) == front); // what stands in front waits for nothing
    CHECK_FALSE(server.has_received());
    question.answer(200);
    CHECK(server.receive(commands.size() - front.size()) == commands.substr(front.size()));
    client.send(media);
    CHECK(server.receive(media.size()) == media);
    // The same stream again, and another kind.
    for (const std::string& again : {publish("cam2"), play("cam3")}) {
      client.send(again);
      AskedQuestion second = rig.httpd.next();
      CHECK(second.request.starts_with(again == play("cam3") ? "PLAY /live/cam3 " : "PUBLISH /live/cam2 "));
      CHECK(second.request.find("Authorization: Basic Ym9iOmI=\r\n") != std::string::npos);
      CHECK_FALSE(server.has_received());
      second.answer(200);
      CHECK(server.receive(again.size()) == again);
    }
  }
  CHECK(rig.gateway.logged("wonder") == 0);
}

TEST_CASE("What httpd says of a stream is told the client of RTMP in words, behind whole messages", "[stream asks]") {
  RtmpRig rig;
  struct Row {
    int status; // 0: none
    RefusalWords words;
  };
  for (const Row& row : {Row{403, RefusalWords::access_denied},
                         {401, RefusalWords::access_denied},
                         {404, RefusalWords::no_application},
                         {421, RefusalWords::no_application},
                         {503, RefusalWords::unavailable},
                         {0, RefusalWords::unavailable}}) {
    for (const bool publishes : {true, false}) {
      CAPTURE(row.status, publishes);
      auto [client, server] = carry_authorized(rig);
      const std::string whole = picture_of(500);
      const std::string half = whole.substr(0, 200);
      server.send(whole);
      CHECK(client.receive(whole.size()) == whole);
      server.send(whole + half);
      CHECK(client.receive(whole.size()) == whole);
      client.send(publishes ? publish("cam1") : play("cam1"));
      AskedQuestion question = rig.httpd.next();
      if (row.status != 0) {
        question.answer(row.status);
      } else {
        question.connection.reset();
        rig.httpd.next().connection.reset();
      }
      CHECK(client.receive_all() ==
            (publishes ? protocol::publish_refusal(1, row.words) : protocol::play_refusal(1, row.words)));
      CHECK(server.receive_all().empty());
    }
  }
  CHECK(rig.gateway.logs("publish of live/cam1: 403")); // further lines are limited
  CHECK(rig.gateway.logs("RTMPT462"));
}

TEST_CASE("A later refusal ends the stream without a word", "[stream asks]") {
  RtmpRig rig;
  auto [client, server] = carry_authorized(rig);
  client.send(publish("cam1"));
  rig.httpd.next().answer(200);
  CHECK(server.receive(publish("cam1").size()) == publish("cam1"));
  const std::string half = picture_of(500).substr(0, 200);
  server.send(half);
  CHECK(client.receive(half.size()) == half); // nothing is kept any more
  client.send(publish("cam2"));
  rig.httpd.next().answer(403);
  CHECK(client.receive_all().empty());
  CHECK(server.receive_all().empty());
}

TEST_CASE("A whole MiB behind a publish waits, and comes byte for byte", "[stream asks]") {
  RtmpRig rig;
  auto [client, server] = carry_authorized(rig);
  const std::string bytes = publish("cam1") + picture_of(1 << 20) + picture_of(77);
  auto sending = std::async(std::launch::async, [&client = client, &bytes] { client.send(bytes); });
  AskedQuestion question = rig.httpd.next();
  CHECK(comes_to_rest(rig.gateway.pid()));
  CHECK_FALSE(server.has_received());
  question.answer(200);
  CHECK(server.receive(bytes.size()) == bytes);
  sending.get();
}

TEST_CASE("Media without an allowed publish, and what cannot be decided about, end a stream of RTMP", "[stream asks]") {
  RtmpRig rig;
  for (const std::string& bytes : {picture_of(10), connect_chunks("live"), publish("a/../b"), play("a%62"),
                                   publish("mp4:"), data("@setDataFrame")}) {
    CAPTURE(bytes.size());
    auto [client, server] = carry_authorized(rig);
    client.send(bytes);
    const std::string words = client.receive_all();
    const bool is_named = bytes == publish("a/../b") || bytes == publish("mp4:");
    const bool is_play = bytes == play("a%62");
    CHECK(words == (is_named  ? protocol::publish_refusal(1, RefusalWords::no_application)
                    : is_play ? protocol::play_refusal(1, RefusalWords::no_application)
                              : ""));
    CHECK(server.receive_all().empty());
  }
  CHECK(rig.gateway.logs("RTMPT461", 3));
  CHECK_FALSE(rig.httpd.is_asked());
}

TEST_CASE("Who has left gets no stream, and many who ask do not stop each other", "[stream asks]") {
  RtmpRig rig;
  constexpr std::uint32_t kMostAsks = 4;
  constexpr std::size_t kClients = 40;
  rig.httpd.introduce_to(rig.gateway, kMostAsks);
  std::vector<CarriedStream> streams;
  for (std::size_t i = 0; i < kClients; ++i)
    streams.push_back(carry_authorized(rig));
  // As many publishes as each may have under way: all but the first wait in its socket.
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += publish("cam" + std::to_string(i));
  for (CarriedStream& stream : streams)
    stream.client.send(many);
  std::vector<AskedQuestion> questions;
  std::size_t most = 0;
  for (std::size_t answered = 0; answered < kClients;) {
    if (questions.empty() || rig.httpd.is_asked()) {
      questions.push_back(rig.httpd.next());
      most = std::max(most, questions.size());
      continue;
    }
    questions.front().answer(403);
    questions.erase(questions.begin());
    ++answered;
  }
  CHECK(most <= kMostAsks + RtmpRig::kLoops); // each loop may always have one
  for (CarriedStream& stream : streams)
    CHECK(stream.client.receive_all() == protocol::publish_refusal(1, RefusalWords::access_denied));
  CHECK_FALSE(rig.httpd.is_asked());
}

TEST_CASE("A client that asks again and again is slowed down, and loses nothing", "[stream asks]") {
  RtmpRig rig;
  auto [client, server] = carry_authorized(rig);
  constexpr int kPlays = 20;
  std::string plays;
  for (int i = 0; i < kPlays; ++i)
    plays += play("cam" + std::to_string(i));
  const auto begin = std::chrono::steady_clock::now();
  client.send(plays);
  for (int i = 0; i < kPlays; ++i) {
    AskedQuestion question = rig.httpd.next();
    CHECK(question.request.starts_with("PLAY /live/cam" + std::to_string(i) + " "));
    question.answer(200);
  }
  CHECK(server.receive(plays.size()) == plays);
  CHECK(since(begin) >= 900ms); // ten at once, then ten each second
}

TEST_CASE("Refusals of one address are slower and slower, and are no silence", "[stream asks]") {
  RtmpRig rig;
  constexpr int kRefusals = 6; // three at once, then 250, 500 and 1000 ms
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRefusals; ++i) {
    auto [client, server] = carry_authorized(rig);
    client.send(publish("cam1?user=alice&pass=" + std::to_string(i)));
    rig.httpd.next().answer(401);
    CHECK(client.receive_all() == protocol::publish_refusal(1, RefusalWords::access_denied));
    CHECK(server.receive_all().empty());
  }
  CHECK(since(begin) >= 1700ms);
  auto [client, server] = carry_authorized(rig); // who may publish never waits
  client.send(publish("cam1"));
  rig.httpd.next().answer(200);
  CHECK(server.receive(publish("cam1").size()) == publish("cam1"));
}

TEST_CASE("A client that leaves within a command ends its stream at once", "[stream asks]") {
  RtmpRig rig;
  auto [client, server] = carry_authorized(rig);
  const std::string front = command("createStream", 0);
  client.send(front + publish("cam1").substr(0, 30));
  CHECK(server.receive(front.size()) == front);
  const auto begin = std::chrono::steady_clock::now();
  client.close();
  CHECK(server.receive_all().empty());
  CHECK(since(begin) < 5s); // ten, if anything waited for the rest of the command
  CHECK_FALSE(rig.httpd.is_asked());
}

TEST_CASE("A client that names no stream is asked about by its application", "[stream asks]") {
  RtmpRig rig;
  auto [client, server] = carry_authorized(rig);
  client.send(publish("?key=1"));
  AskedQuestion question = rig.httpd.next();
  CHECK(question.request.starts_with("PUBLISH /live HTTP/1.1\r\n"));
  question.answer(200);
  CHECK(server.receive(publish("?key=1").size()) == publish("?key=1"));
}

TEST_CASE("A question without an answer ends after ten seconds", "[stream asks]") {
  RtmpRig rig;
  auto [client, server] = carry_authorized(rig);
  const auto begin = std::chrono::steady_clock::now();
  client.send(publish("cam1"));
  AskedQuestion question = rig.httpd.next();
  CHECK(client.receive_all() == protocol::publish_refusal(1, RefusalWords::unavailable));
  CHECK(since(begin) >= 9900ms);
  CHECK(since(begin) < 30s);
  CHECK(rig.gateway.logs("RTMPT462"));
}

TEST_CASE("A client that is gone while httpd is asked ends its stream", "[stream asks]") {
  RtmpRig rig;
  auto [client, server] = carry_authorized(rig);
  client.send(publish("cam1"));
  AskedQuestion question = rig.httpd.next();
  client.close();
  question.answer(403);
  CHECK(server.receive_all().empty());
  CHECK(rig.gateway.logs("RTMPT303"));
}

TEST_CASE("A 200 that is not the module's lets nobody in", "[stream asks]") {
  RtmpRig rig;
  const std::string allowed(protocol::kAskAllowed);
  for (const std::string& answer : {std::string("200 OK"), std::string("200 "), allowed + "!", allowed.substr(0, 15)}) {
    CAPTURE(answer);
    auto [client, server] = carry_authorized(rig);
    client.send(publish("cam1"));
    rig.httpd.next().answer_with(answer);
    CHECK(client.receive_all() == protocol::publish_refusal(1, RefusalWords::unavailable));
    CHECK(server.receive_all().empty());
  }
}
