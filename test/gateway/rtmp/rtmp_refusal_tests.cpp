// SPDX-License-Identifier: Apache-2.0
// Clients of RTMP that get no stream, or no further one.
#include "rtmp_rig.hpp"
#include "test/support/deadline.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/policy/limits/refusal_pace.hpp>
#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>
#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::Admitted;
using protocol::RefusalWords;
using protocol::Refused;
using std::chrono::steady_clock;

TEST_CASE("What httpd answers is told the client in words", "[rtmp]") {
  RtmpRig rig;
  struct Row {
    int status;
    RefusalWords words;
  };
  for (const Row& row : {Row{403, RefusalWords::access_denied},
                         {404, RefusalWords::no_application},
                         {401, RefusalWords::access_denied},
                         {503, RefusalWords::unavailable}}) {
    CAPTURE(row.status);
    RtmpPeer client = rtmp_client(rig.client);
    client.greet("live");
    rig.httpd.next().answer(row.status);
    CHECK(client.receive_all() == protocol::connect_refusal(1, row.words));
  }
}

TEST_CASE("Refusals of one address come later and later, and those of another at once", "[rtmp]") {
  RtmpRig rig;
  std::vector<std::chrono::milliseconds> delays;
  for (int i = 0; i < 6; ++i) {
    RtmpPeer client = rtmp_client(rig.client);
    client.greet("live");
    AskedQuestion question = rig.httpd.next();
    const auto answered = steady_clock::now();
    question.answer(403);
    CHECK(client.receive_all() == protocol::connect_refusal(1, RefusalWords::access_denied));
    delays.push_back(since(answered));
  }
  CHECK(*std::min_element(delays.begin(), delays.begin() + 3) < policy::RefusalPace::kFirstDelay);
  CHECK(delays[3] >= 250ms);
  CHECK(delays[4] >= 500ms);
  CHECK(delays[5] >= 1000ms);
}

TEST_CASE("Who leaves before a late refusal comes cannot try again sooner", "[rtmp]") {
  RtmpRig rig;
  std::uint32_t heard = 0;
  const auto begin = steady_clock::now();
  for (bool is_heard = true; is_heard && heard < 100;) {
    RtmpPeer client = rtmp_client(rig.client);
    try {
      client.greet("live");
    } catch (const std::runtime_error&) { // closed unheard
      is_heard = false;
      continue;
    }
    rig.httpd.next().answer(403);
    ++heard;
    client.close();
  }
  CHECK(heard >= policy::RefusalPace::kMostWaiting);
  // The first ones are told at once, and some of the later ones' time is over meanwhile; on a slow machine that of all.
  const auto longest_delays = static_cast<std::uint32_t>(since(begin) / policy::RefusalPace::kMostDelay);
  CHECK(heard <= policy::RefusalPace::kFreeRefusals + 8 + policy::RefusalPace::kMostWaiting * (1 + longest_delays));
  CHECK(rig.gateway.logs("RTMPT413"));
}

TEST_CASE("An application that could be taken for another one is refused without a question", "[rtmp]") {
  RtmpRig rig;
  for (const char* const app : {"live/../x", "live//x", "li\nve", "."}) {
    CAPTURE(app);
    RtmpPeer client = rtmp_client(rig.client);
    client.greet(app);
    CHECK(client.receive_all() == protocol::connect_refusal(1, RefusalWords::no_application));
  }
  RtmpPeer client = rtmp_client(rig.client);
  client.greet("live", "rtmp://a b/live");
  CHECK(client.receive_all() == protocol::connect_refusal(1, RefusalWords::no_application));
  CHECK_FALSE(rig.httpd.is_asked());
}

TEST_CASE("Bytes that are no RTMP close the connection and harm nobody else", "[rtmp]") {
  RtmpRig rig;
  auto [other, server] = rig.carry();

  const std::string hello = handshake();
  for (const std::string& bytes : {std::string("GET / HTTP/1.1\r\n\r\n"), "\6" + hello.substr(1),
                                   hello + std::string(70'000, '\0'), hello + set_chunk_size(0)}) {
    RtmpPeer client = rtmp_client(rig.client, bytes);
    CHECK(client.receive_all().size() <= protocol::kHandshakeBytes);
  }
  CHECK(rig.gateway.logs("RTMPT410", 4));
  CHECK_FALSE(rig.httpd.is_asked());
  server.send("still there");
  CHECK(other.receive(11) == "still there");
}

TEST_CASE("A client without a connect is closed ten seconds after its first byte", "[rtmp]") {
  RtmpRig rig;
  const auto begin = steady_clock::now();
  RtmpPeer silent = rtmp_client(rig.client);
  RtmpPeer half = rtmp_client(rig.client, handshake());
  CHECK(silent.receive_all().empty());
  CHECK(half.receive_all().size() == protocol::kHandshakeBytes);
  CHECK(since(begin) >= 9900ms);
  CHECK(since(begin) < 30s);
  CHECK(rig.gateway.logs("no connect came in time", 2));
}

TEST_CASE("A client that leaves while httpd is asked gets no session, and its question holds its place until answered",
          "[rtmp]") {
  RtmpRig rig;
  rig.httpd.introduce_to(rig.gateway, 1); // and each loop may always have one
  RtmpPeer client = rtmp_client(rig.client);
  client.greet("live");
  AskedQuestion question = rig.httpd.next();
  client.close();
  // Port 1 has no media server, so the client's ticket is only tried.
  eventually("the gateway notices that the client is gone", [&] {
    const auto answer = admit(rig.client, question.preamble.ticket, 1);
    return std::get<Refused>(answer).reason == protocol::Refusal::client_gone;
  });
  // Two clients, one for each loop: the one on the same loop is not asked about yet.
  RtmpPeer second = rtmp_client(rig.client);
  RtmpPeer third = rtmp_client(rig.client);
  second.greet("live");
  third.greet("live");
  AskedQuestion other = rig.httpd.next();
  CHECK(protocol::loop_of_ticket(other.preamble.ticket) != protocol::loop_of_ticket(question.preamble.ticket));
  CHECK_FALSE(rig.httpd.is_asked());
  question.answer(503);
  CHECK(protocol::loop_of_ticket(rig.httpd.next().preamble.ticket) ==
        protocol::loop_of_ticket(question.preamble.ticket));
}

TEST_CASE("Clients whose turn to be asked about comes when httpd cannot be asked any more are refused", "[rtmp]") {
  RtmpRig rig;
  rig.httpd.introduce_to(rig.gateway, 1);
  REQUIRE(rig.gateway.logs("RTMPT314", 3)); // at the start, of the rig, and this
  std::vector<RtmpPeer> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(rtmp_client(rig.client));
    clients.back().greet("live");
  }
  std::vector<AskedQuestion> questions;
  for (std::uint32_t i = 0; i < RtmpRig::kLoops; ++i) // each loop may always have one
    questions.push_back(rig.httpd.next());
  const std::size_t settings = rig.gateway.logged("RTMPT314");
  rig.gateway.give_ask_door(-1, 1);
  REQUIRE(rig.gateway.logs("RTMPT314", settings + 1));
  for (AskedQuestion& question : questions)
    question.answer(503);
  for (RtmpPeer& client : clients)
    CHECK(client.receive_all() == protocol::connect_refusal(1, RefusalWords::unavailable));
}

TEST_CASE("A question without an answer is asked once more, and then the client is refused", "[rtmp]") {
  RtmpRig rig;
  RtmpPeer client = rtmp_client(rig.client);
  client.greet("live");
  rig.httpd.next().connection.reset();
  rig.httpd.next().answer(403);
  CHECK(client.receive_all() == protocol::connect_refusal(1, RefusalWords::access_denied));
  RtmpPeer second = rtmp_client(rig.client);
  second.greet("live");
  rig.httpd.next().connection.reset();
  rig.httpd.next().connection.reset();
  CHECK(second.receive_all() == protocol::connect_refusal(1, RefusalWords::unavailable));
  CHECK(rig.gateway.logs("RTMPT412"));
}

TEST_CASE("A client waits as long as all of httpd's threads are busy, and is asked about when one is free", "[rtmp]") {
  RtmpRig rig;
  const std::vector<local::Descriptor> others = rig.httpd.fill();
  RtmpPeer client = rtmp_client(rig.client);
  client.greet("live");
  CHECK_FALSE(rig.gateway.logs("RTMPT412", 1, 500ms)); // longer than two attempts last
  for (std::size_t i = 0; i < others.size(); ++i)
    rig.httpd.accept();
  rig.admit_next();
  RtmpPeer server = rig.backend.accept();
  server.answer_greeting();
  CHECK(server.receive(connect_chunks("live").size()) == connect_chunks("live"));
}

TEST_CASE("A second connect ends the stream before it reaches the media server", "[rtmp]") {
  RtmpRig rig;
  const std::string connect = connect_chunks("live");
  for (const bool at_once : {true, false}) {
    CAPTURE(at_once);
    RtmpPeer client = rtmp_client(rig.client);
    client.greet("live");
    if (at_once) client.send(connect_chunks("other"));
    rig.admit_next();
    RtmpPeer server = rig.backend.accept();
    server.answer_greeting();
    if (!at_once) {
      REQUIRE(server.receive(connect.size()) == connect);
      client.send(connect_chunks("other"));
    }
    CHECK(server.receive_all().empty());
    CHECK(client.receive_all().empty());
  }
  CHECK(rig.gateway.logs("RTMPT303", 2));
}
