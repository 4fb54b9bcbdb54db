// SPDX-License-Identifier: Apache-2.0
// Streams whose clients have TLS that the gateway makes: RTMPT and RTMP, in the test's own process.
#include "gateway/clients/connection_intake.hpp"
#include "gateway/doors/admission.hpp"
#include "gateway/greeting/rtmp_intake.hpp"
#include "gateway/sessions/stream.hpp"
#include "test/gateway/loops/echo_backend.hpp"
#include "test/gateway/loops/loopback.hpp"
#include "test/gateway/opening/opening_rig.hpp"
#include "test/gateway/rtmp/fake_httpd.hpp"
#include "test/gateway/rtmp/rtmp_peer.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"
#include "tls_pair.hpp"

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <vector>

#include <fcntl.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// A client that has made its handshake of TLS on a loop of the gateway.
struct GreetedVisitor {
  boost::asio::io_context& io;
  TlsClientEnd client;
  local::SocketPair sockets = tcp_pair();
  ServedClient served{io, gateway::DetachedClient(std::move(sockets.theirs))};
  std::string received;
  bool reads = true;
  bool ended = false;

  GreetedVisitor(boost::asio::io_context& loop, const TlsClientRules& rules = {}) : io(loop), client(rules) {
    served.reads = false; // what comes is for others
    served.greet(sample_context());
    bool done = false;
    if (!runs_until([&] { return (done = done || client.handshake()) && served.is_greeted; }))
      throw std::runtime_error("no handshake");
  }

  bool runs_until(const std::function<bool()>& condition) {
    return test::runs_until(io, [&] {
      if (reads && !ended) {
        ended = !client.carry(sockets.ours.get());
        if (SSL_is_init_finished(client.tls())) received += client.read();
      }
      return condition();
    });
  }

  // The next so many bytes; fewer at the end.
  std::string get(std::size_t count) {
    runs_until([&] { return received.size() >= count || ended; });
    std::string bytes = received.substr(0, count);
    received.erase(0, count);
    return bytes;
  }

  protocol::TlsFacts facts() {
    return {SSL_get_version(client.tls()), SSL_CIPHER_get_name(SSL_get_current_cipher(client.tls()))};
  }
};

protocol::TlsFacts facts_of_session(gateway::Loop& loop) {
  std::vector<protocol::TlsFacts> facts;
  loop.sessions().for_each([&](const gateway::Stream& stream) {
    facts.push_back(stream.report(std::chrono::steady_clock::now()).record.tls);
  });
  REQUIRE(facts.size() == 1);
  return facts.front();
}

struct TunnelReply {
  std::string status;
  std::string body;
};

// The next reply on the connection.
TunnelReply reply_of(GreetedVisitor& visitor) {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    const std::string next = visitor.get(1);
    if (next.empty()) return {"the connection ended", {}};
    head += next;
  }
  const std::size_t length = head.find("Content-Length: ");
  REQUIRE(length != std::string::npos);
  return {head.substr(9, 3), visitor.get(std::stoul(head.substr(length + 16)))};
}

std::string tunnel_request(const std::string& kind, const std::string& id, int number, const std::string& body) {
  return "POST /" + kind + "/" + id + "/" + std::to_string(number) + " HTTP/1.1\r\nHost: live.example.com\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

} // namespace

TEST_CASE("An RTMPT session lives on a connection whose TLS the gateway has", "[client_tls]") {
  TlsClientRules rules;
  rules.newest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  CAPTURE(rules.newest);
  OpeningRig rig;
  const EchoBackend backend;
  const auto opened = rig.open(admission_for("127.0.0.1", backend.port()));
  REQUIRE(opened);
  const std::string id = std::get<protocol::Admitted>(*opened).session_id.secret();
  GreetedVisitor visitor(rig.loop().io(), rules);

  protocol::HandOver terms;
  terms.vhost_key = protocol::VhostKey("vh");
  terms.client_address = "192.0.2.7";
  terms.host_header = "live.example.com";
  terms.body_limit_bytes = 1 << 20;
  terms.request.session_id = protocol::SessionId(id);
  const std::string bytes = many_bytes(400'000);
  // The first request was read elsewhere, as after a relay.
  REQUIRE(serve_connection(rig.loop().client_home(), visitor.served.detach(), terms,
                           tunnel_request("send", id, 0, bytes.substr(0, 20'000))));
  std::string back;
  const auto take = [&] {
    const TunnelReply reply = reply_of(visitor);
    REQUIRE(reply.status == "200");
    REQUIRE_FALSE(reply.body.empty());
    back += reply.body.substr(1);
  };
  take();
  CHECK(facts_of_session(rig.loop()) == visitor.facts());
  int number = 1;
  for (std::size_t i = 20'000; i < bytes.size(); i += 20'000) {
    const std::string send = tunnel_request("send", id, number++, bytes.substr(i, 20'000));
    const std::size_t cut = i / 20'000 * 7; // in records that end anywhere
    visitor.client.write(std::string_view(send).substr(0, cut));
    visitor.client.write(std::string_view(send).substr(cut));
    take();
  }
  while (back.size() < bytes.size()) {
    visitor.client.write(tunnel_request("idle", id, number++, std::string(1, '\0')));
    take();
  }
  CHECK((back == bytes));

  // Two requests in one record, and the connection's last one.
  visitor.client.write(tunnel_request("idle", id, number, "x") + tunnel_request("close", id, number + 1, "x"));
  take();
  CHECK(reply_of(visitor).status == "200");
  visitor.client.write("POST /idle/" + id + "/9 HTTP/1.1\r\nHost: other.example.com\r\nContent-Length: 1\r\n\r\nx");
  CHECK(reply_of(visitor).status == "421");
  REQUIRE(visitor.runs_until([&] { return visitor.ended; }));
  CHECK(visitor.client.is_told_end());
  CHECK_FALSE(visitor.client.failed());
}

namespace {

// A client of RTMPS with a stream, and its media server.
class RtmpsStream {
 public:
  explicit RtmpsStream(const TlsClientRules& rules = {}) : visitor_(rig.loop().io(), rules) {
    rig.gateway().use_ask_door(std::make_shared<const local::Descriptor>(::fcntl(httpd_.way(), F_DUPFD_CLOEXEC, 0)), 8);
    protocol::HandOverRtmp terms;
    terms.over_tls = true;
    terms.tls_facts = {"not", "these"};
    terms.shown_client = "192.0.2.1";
    gateway::LoopChoice choice = rig.gateway().choose_loop();
    greet_client(rig.loop().greeting_home(), visitor_.served.detach(), terms, std::move(choice.place), "\3");
    visitor_.client.write(handshake().substr(1, protocol::kHandshakePartBytes));
    const std::string answer = visitor_.get(protocol::kHandshakeBytes);
    visitor_.client.write(answer.substr(1, protocol::kHandshakePartBytes) + connect_chunks("live"));
    question_ = waited(std::async(std::launch::async, [this] { return httpd_.next(); }));
  }

  // Runs the loop while the other side does something that waits for it.
  template <class Result>
  Result waited(std::future<Result> other) {
    visitor_.runs_until([&] { return other.wait_for(0ms) == std::future_status::ready; });
    return other.get();
  }

  RtmpPeer begin() {
    std::optional<protocol::GatewayMessage> outcome;
    protocol::Admission admission = admission_for("127.0.0.1", backend_.port());
    admission.ticket = question_.preamble.ticket;
    admission.over_tls = true;
    gateway::open_session(rig.loop(), admission, std::nullopt,
                          [&](const protocol::GatewayMessage& message) { outcome = message; });
    visitor_.runs_until([&] { return outcome.has_value(); });
    REQUIRE(std::holds_alternative<protocol::Admitted>(*outcome));
    RtmpPeer server = backend_.accept();
    waited(std::async(std::launch::async, [&server] {
      server.answer_greeting();
      return true;
    }));
    const std::string connect = connect_chunks("live");
    REQUIRE(waited(std::async(std::launch::async, [&] { return server.receive(connect.size()); })) == connect);
    return server;
  }

  void refuse(int status) { question_.answer(status); }

  GreetedVisitor& visitor() { return visitor_; }

  OpeningRig rig;

 private:
  FakeHttpd httpd_;
  RtmpListener backend_;
  GreetedVisitor visitor_;
  AskedQuestion question_;
};

} // namespace

TEST_CASE("A stream of RTMP lives on a connection whose TLS the gateway has", "[client_tls]") {
  TlsClientRules rules;
  rules.newest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  CAPTURE(rules.newest);
  RtmpsStream stream(rules);
  RtmpPeer server = stream.begin();
  GreetedVisitor& visitor = stream.visitor();
  CHECK(facts_of_session(stream.rig.loop()) == visitor.facts());

  // A viewer that reads nothing for a while: its stream waits here, in bounded memory, and at the media server.
  const std::string back = many_bytes(12u << 20);
  auto sending = std::async(std::launch::async, [&] { server.send(back); });
  visitor.reads = false;
  const auto later = std::chrono::steady_clock::now() + 300ms;
  visitor.runs_until([&] { return std::chrono::steady_clock::now() >= later; });
  CHECK(sending.wait_for(0ms) == std::future_status::timeout);
  visitor.reads = true;
  CHECK((visitor.get(back.size()) == back));
  sending.get();

  const std::string there = chunks({6, 9, many_bytes(3u << 20)});
  auto receiving = std::async(std::launch::async, [&] { return server.receive(there.size()); });
  for (std::size_t i = 0; i < there.size(); i += 40'000) // in records that end anywhere
    visitor.client.write(std::string_view(there).substr(i, 40'000));
  CHECK((stream.waited(std::move(receiving)) == there));

  SECTION("the client says its end") {
    visitor.client.write(chunks({6, 9, "last"}));
    visitor.client.say_end();
    CHECK(stream.waited(std::async(std::launch::async, [&] { return server.receive_all(); })) ==
          chunks({6, 9, "last"}));
    CHECK_THAT(stream.rig.log_text(), Catch::Contains("ended: closed by the client"));
  }
  SECTION("the media server ends: the client gets everything, and TLS's word for the end") {
    server.send("the last of it");
    server.close();
    REQUIRE(visitor.runs_until([&] { return visitor.ended; }));
    CHECK(visitor.received == "the last of it");
    CHECK(visitor.client.is_told_end());
  }
}

TEST_CASE("A refusal reaches a client of RTMP whose TLS the gateway has", "[client_tls]") {
  RtmpsStream stream;
  stream.refuse(503);
  GreetedVisitor& visitor = stream.visitor();
  REQUIRE(visitor.runs_until([&] { return visitor.ended; }));
  CHECK(visitor.received == protocol::connect_refusal(1, protocol::RefusalWords::unavailable));
  CHECK(visitor.client.is_told_end());
}
