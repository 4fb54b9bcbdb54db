// SPDX-License-Identifier: Apache-2.0
// Clients of RTMP, from httpd's hand-over to the end of their streams.
#include "rtmp_rig.hpp"
#include "test/gateway/loops/processor_time.hpp"
#include "test/support/deadline.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <chrono>
#include <future>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::Admitted;
using protocol::RefusalWords;
using protocol::Refused;
using std::chrono::steady_clock;

TEST_CASE("A client of RTMP is greeted, httpd is asked about it, and its bytes go both ways unchanged", "[rtmp]") {
  RtmpRig rig;
  for (const bool over_tls : {false, true}) {
    CAPTURE(over_tls);
    RtmpPeer client = over_tls ? rtmps_client(rig.client, "live.example.com") : rtmp_client(rig.client);
    client.greet("live?key=secret");
    AskedQuestion question = rig.httpd.next();
    CHECK(question.request == "OPEN /live HTTP/1.1\r\nHost: live.example.com\r\nUser-Agent: FMLE/3.0\r\n"
                              "RTMPT-Query: key=secret\r\nConnection: close\r\n\r\n");
    CHECK(question.preamble.over_tls == over_tls);
    CHECK(question.preamble.tls_server_name == (over_tls ? "live.example.com" : ""));
    CHECK(question.preamble.client.source.port == 4711);
    CHECK(question.preamble.client.destination.port == 80);
    const protocol::GatewayMessage answer = admit(rig.client, question.preamble.ticket, rig.backend.port());
    REQUIRE(std::holds_alternative<Admitted>(answer));
    CHECK(std::get<Admitted>(answer).session_id.secret().empty());
    CHECK(std::get<Admitted>(answer).session_name.text().size() == 12);
    question.answer(200);
    RtmpPeer server = rig.backend.accept();
    server.answer_greeting();
    const std::string connect = connect_chunks("live?key=secret");
    CHECK(server.receive(connect.size()) == connect);
    const std::string there = picture_of(3'000'000);
    const std::string back = varied_text(4'000'000);
    auto sending = std::async(std::launch::async, [&] { client.send(there); });
    auto sending_back = std::async(std::launch::async, [&] { server.send(back); });
    auto receiving = std::async(std::launch::async, [&] { return server.receive(there.size()); });
    CHECK(client.receive(back.size()) == back);
    CHECK(receiving.get() == there);
    sending.get();
    sending_back.get();
    client.close();
    CHECK(server.receive_all().empty());
  }
  CHECK(rig.gateway.logs("ended: closed by the client", 2));
  CHECK(rig.gateway.logged("secret") == 0);
}

TEST_CASE("While a stream begins, a side that waits for acknowledgements goes on at once", "[rtmp]") {
  RtmpRig rig;
  auto [client, server] = rig.carry();
  // Either side sends its second piece when the first one is acknowledged (Nagle's algorithm), which takes a kernel
  // 40 ms that is not told otherwise.
  const std::string command = picture_of(9);
  constexpr int kExchanges = 50;
  int at_once = 0;
  for (int i = 0; i < kExchanges; ++i) {
    for (const auto& [from, to] : {std::pair(&client, &server), {&server, &client}}) {
      const auto began = steady_clock::now();
      from->send(command.substr(0, 5));
      from->send(command.substr(5));
      CHECK(to->receive(command.size()) == command);
      if (since(began) < 40ms) ++at_once;
    }
  }
  CHECK(at_once >= kExchanges); // of twice as many: a busy machine may delay some
}

TEST_CASE("A client's first bytes may come in any pieces", "[rtmp]") {
  RtmpRig rig;
  RtmpPeer client = rtmp_client(rig.client, "");
  const std::string hello = handshake();
  for (const char byte : hello.substr(0, 1 + protocol::kHandshakePartBytes))
    client.send({&byte, 1});
  CHECK(client.receive(protocol::kHandshakeBytes).substr(1 + protocol::kHandshakePartBytes) ==
        hello.substr(1, protocol::kHandshakePartBytes));
  const std::string connect = connect_chunks("live");
  for (const char byte : hello.substr(1 + protocol::kHandshakePartBytes) + connect)
    client.send({&byte, 1});
  AskedQuestion question = rig.httpd.next();
  const std::string pipelined = picture_of(9);
  client.send(pipelined);
  REQUIRE(std::holds_alternative<Admitted>(admit(rig.client, question.preamble.ticket, rig.backend.port())));
  question.answer(200);
  RtmpPeer server = rig.backend.accept();
  server.answer_greeting();
  CHECK(server.receive(connect.size() + pipelined.size()) == connect + pipelined);
}

TEST_CASE("As many questions are under way as httpd allows, also when one loop has all clients", "[rtmp]") {
  RtmpRig rig;
  constexpr std::size_t kMost = 4;
  rig.httpd.introduce_to(rig.gateway, kMost);
  std::vector<RtmpPeer> clients;
  std::vector<AskedQuestion> questions;
  for (std::size_t i = 0; i < kMost + 2; ++i) {
    clients.push_back(rtmp_client(rig.client));
    clients.back().greet("live");
  }
  for (std::size_t i = 0; i < kMost; ++i)
    questions.push_back(rig.httpd.next());
  CHECK_FALSE(rig.httpd.is_asked());
  for (std::size_t i = 0; i < 2; ++i) {
    questions[i].answer(503);
    questions.push_back(rig.httpd.next());
  }
  CHECK_FALSE(rig.httpd.is_asked());
}

TEST_CASE("A balancer's next member gets the client when the first one is not there", "[rtmp]") {
  RtmpRig rig;
  RtmpPeer client = rtmp_client(rig.client);
  client.greet("live");
  AskedQuestion question = rig.httpd.next();
  const auto first = admit(rig.client, question.preamble.ticket, 1);
  REQUIRE(std::holds_alternative<Refused>(first));
  CHECK(std::get<Refused>(first).reason == protocol::Refusal::backend_unreachable);
  REQUIRE(std::holds_alternative<Admitted>(admit(rig.client, question.preamble.ticket, rig.backend.port())));
  question.answer(200);
  RtmpPeer server = rig.backend.accept();
  server.answer_greeting();
  CHECK(server.receive(connect_chunks("live").size()) == connect_chunks("live"));
}

TEST_CASE("At the end of either side the other one gets every byte", "[rtmp]") {
  RtmpRig rig;
  const std::string many = picture_of(2'000'000);
  const std::string connect = connect_chunks("live");
  for (const bool client_ends : {true, false}) {
    CAPTURE(client_ends);
    auto [client, server] = rig.carry();
    RtmpPeer& ender = client_ends ? client : server;
    RtmpPeer& other = client_ends ? server : client;
    auto sending = std::async(std::launch::async, [&] {
      ender.send(many);
      ender.end_writing();
    });
    // The other side begins to read late, so that buffers are full when the end comes.
    sending.wait_for(300ms);
    CHECK(other.receive_all() == many);
    sending.get();
  }
}

TEST_CASE("A viewer that sends and reads nothing costs no processor time when its media server has ended", "[rtmp]") {
  RtmpRig rig;
  constexpr int kHeldBySocketBytes = 8192;
  RtmpPeer client = rtmps_client(rig.client, "live.example.com", kHeldBySocketBytes);
  client.greet("live");
  rig.admit_next();
  RtmpPeer server = rig.backend.accept();
  server.answer_greeting();
  const std::string connect = connect_chunks("live");
  REQUIRE(server.receive(connect.size()) == connect);
  const std::string many = varied_text(56'000); // less than the session's buffer
  server.send(many);
  server.end_writing();
  CHECK(server.receive_all().empty()); // the gateway has seen the end: it closes its own side
  client.send(picture_of(20'000));     // nobody takes it any more
  CHECK(comes_to_rest(rig.gateway.pid()));
  CHECK(client.receive_all() == many);
}

TEST_CASE("A media server that does not answer the handshake ends the stream with words", "[rtmp]") {
  RtmpRig rig;
  for (const std::string& answer : {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"), std::string(), handshake()}) {
    CAPTURE(answer.size());
    RtmpPeer client = rtmp_client(rig.client);
    client.greet("live");
    rig.admit_next();
    RtmpPeer server = rig.backend.accept();
    server.receive(1 + protocol::kHandshakePartBytes);
    server.send(answer);
    server.end_writing();
    const bool has_answered = answer == handshake();
    CHECK(client.receive_all() == (has_answered ? "" : protocol::connect_refusal(1, RefusalWords::unavailable)));
  }
  CHECK(rig.gateway.logs("ended: backend closed", 3));
}
