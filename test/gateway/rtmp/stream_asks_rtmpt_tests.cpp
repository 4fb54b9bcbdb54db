// SPDX-License-Identifier: Apache-2.0
// Sessions of RTMPT where httpd is asked about connect, publish and play, whatever way their requests come.
#include "stream_asks.hpp"
#include "test/gateway/loops/tunnel_legs.hpp"
#include "test/support/deadline.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::RefusalWords;
using protocol::TunnelRequestKind;

namespace {

enum class Carrier { handed_over, pumped, forwarded };

// Whether the server has sent its handshake.
enum class Server { has_greeted, is_silent };

// A session, with its client and its server in the test's hands.
class TunnelSession {
 public:
  TunnelSession(RtmpRig& rig, Carrier carrier, Server begin = Server::has_greeted)
      : id_(open_session(rig.client, authorized_admission(rig))), server(rig.backend.accept()) {
    switch (carrier) {
    case Carrier::handed_over: leg_ = handed_over_leg(rig.client, id_); break;
    case Carrier::pumped: leg_ = pumped_leg(rig.client, id_); break;
    case Carrier::forwarded: leg_ = forwarding_leg(rig.client); break;
    }
    if (begin == Server::has_greeted) greet();
  }

  void greet() {
    const std::string hello = handshake();
    REQUIRE(send(hello).status == 200);
    REQUIRE(server.receive(hello.size()) == hello);
    server.send(hello);
    REQUIRE(poll(hello.size()) == hello);
  }

  // Lets the connect pass.
  void connect(RtmpRig& rig) {
    const std::string text = connect_chunks("live");
    REQUIRE(send(text).status == 200);
    rig.httpd.next().answer(200);
    REQUIRE(server.receive(text.size()) == text);
  }

  protocol::Reply send(std::string body) {
    protocol::Reply reply = leg_->request({TunnelRequestKind::send, id_, next_number_++, std::move(body)});
    received_ += reply.status == 200 ? reply.body : "";
    return reply;
  }
  protocol::Reply idle() {
    protocol::Reply reply = leg_->request({TunnelRequestKind::idle, id_, next_number_++, {}});
    received_ += reply.status == 200 ? reply.body : "";
    return reply;
  }
  // Polls until so many bytes have come.
  std::string poll(std::size_t bytes) {
    for (const Deadline deadline(kPatience); received_.size() < bytes && !deadline.passed();)
      REQUIRE(idle().status == 200);
    return std::exchange(received_, {});
  }
  // Polls until the session has ended, which also ends a connection of its own; what came until then.
  std::string poll_to_end() {
    try {
      for (const Deadline deadline(kPatience); !deadline.passed();)
        if (idle().status != 200) return std::exchange(received_, {});
    } catch (const std::runtime_error&) {
      return std::exchange(received_, {});
    }
    return "no end";
  }

 private:
  std::string id_;
  std::unique_ptr<TunnelLeg> leg_;
  std::uint32_t next_number_ = 0;
  std::string received_;

 public:
  RtmpPeer server;
};

const std::vector<Carrier> kCarriers{Carrier::handed_over, Carrier::pumped, Carrier::forwarded};

} // namespace

TEST_CASE("Connect, publish and play of RTMPT are asked about, and sends are answered meanwhile", "[stream asks]") {
  RtmpRig rig;
  for (const Carrier carrier : kCarriers) {
    CAPTURE(static_cast<int>(carrier));
    TunnelSession session(rig, carrier);
    const std::string connect = connect_chunks("live?user=u", "rtmpt://other.example.com/live");
    CHECK(session.send(connect).status == 200);
    AskedQuestion question = rig.httpd.next();
    CHECK(question.request ==
          "OPEN /live HTTP/1.1\r\nHost: other.example.com\r\nUser-Agent: FMLE/3.0\r\n"
          "RTMPT-Query: user=u\r\nRTMPT-Vhost: vh\r\nAuthorization: Basic dTo=\r\nConnection: close\r\n\r\n");
    CHECK(question.preamble.client.source.port == 4711);
    CHECK(session.idle().status == 200);
    CHECK_FALSE(session.server.has_received());
    question.answer(200);
    CHECK(session.server.receive(connect.size()) == connect);
    const std::string media = picture_of(300);
    for (const std::string& start : {publish("cam1"), publish("cam2") + media, play("cam3")}) {
      CHECK(session.send(start).status == 200);
      AskedQuestion next = rig.httpd.next();
      CHECK(session.send(media).status == 200); // it waits behind
      CHECK(session.idle().status == 200);
      CHECK_FALSE(session.server.has_received());
      next.answer(200);
      CHECK(session.server.receive(start.size() + media.size()) == start + media);
    }
  }
}

TEST_CASE("A refused connect, publish or play of RTMPT is told in words, and then the session has ended",
          "[stream asks]") {
  RtmpRig rig;
  for (const Carrier carrier : kCarriers) {
    CAPTURE(static_cast<int>(carrier));
    {
      TunnelSession session(rig, carrier);
      CHECK(session.send(connect_chunks("live")).status == 200);
      rig.httpd.next().answer(403);
      CHECK(session.poll_to_end() == protocol::connect_refusal(1, RefusalWords::access_denied));
      CHECK(session.server.receive_all().empty());
    }
    for (const bool publishes : {true, false}) {
      TunnelSession session(rig, carrier);
      session.connect(rig);
      const std::string whole = picture_of(500);
      session.server.send(whole + whole.substr(0, 200));
      CHECK(session.poll(whole.size()) == whole);
      CHECK(session.send(publishes ? publish("cam1") : play("cam1")).status == 200);
      rig.httpd.next().answer(404);
      CHECK(session.poll_to_end() == (publishes ? protocol::publish_refusal(1, RefusalWords::no_application)
                                                : protocol::play_refusal(1, RefusalWords::no_application)));
      CHECK(session.server.receive_all().empty());
    }
  }
  CHECK(rig.gateway.logs("the stream was refused", 9));
}

TEST_CASE("A denial that comes before the server's handshake is told behind it, and not later than a second",
          "[stream asks]") {
  RtmpRig rig;
  for (const Carrier carrier : kCarriers) {
    CAPTURE(static_cast<int>(carrier));
    const std::string hello = handshake();
    {
      TunnelSession session(rig, carrier, Server::is_silent);
      CHECK(session.send(hello + connect_chunks("live")).status == 200);
      rig.httpd.next().answer(403);
      CHECK(session.server.receive(hello.size()) == hello);
      CHECK(session.idle().status == 200);
      session.server.send(hello);
      CHECK(session.poll_to_end() == hello + protocol::connect_refusal(1, RefusalWords::access_denied));
    }
    TunnelSession session(rig, carrier, Server::is_silent);
    CHECK(session.send(hello + connect_chunks("live")).status == 200);
    rig.httpd.next().answer(403);
    const auto denied = std::chrono::steady_clock::now();
    CHECK(session.poll_to_end().empty());
    CHECK(std::chrono::steady_clock::now() - denied >= 900ms);
  }
}

TEST_CASE("A MiB in the body of the publish waits, and comes byte for byte", "[stream asks]") {
  RtmpRig rig;
  for (const Carrier carrier : kCarriers) {
    CAPTURE(static_cast<int>(carrier));
    TunnelSession session(rig, carrier);
    session.connect(rig);
    const std::string bytes = publish("cam1") + picture_of(1'000'000) + picture_of(77);
    auto sending = std::async(std::launch::async, [&] { return session.send(bytes).status; });
    AskedQuestion question = rig.httpd.next();
    CHECK(sending.wait_for(100ms) == std::future_status::timeout); // it fits into no buffer
    CHECK_FALSE(session.server.has_received());
    question.answer(200);
    CHECK(session.server.receive(bytes.size()) == bytes);
    CHECK(sending.get() == 200);
  }
}

TEST_CASE("A publish that comes byte by byte, in a send each, passes when it is allowed", "[stream asks]") {
  RtmpRig rig;
  TunnelSession session(rig, Carrier::handed_over);
  session.connect(rig);
  const std::string bytes = publish("cam1");
  for (const char byte : bytes)
    REQUIRE(session.send(std::string(1, byte)).status == 200);
  AskedQuestion question = rig.httpd.next();
  CHECK_FALSE(session.server.has_received());
  question.answer(200);
  CHECK(session.server.receive(bytes.size()) == bytes);
}

TEST_CASE("Sessions of RTMPT that speak no RTMP, or send media unasked, end", "[stream asks]") {
  RtmpRig rig;
  {
    const std::string id = open_session(rig.client, authorized_admission(rig));
    RtmpPeer server = rig.backend.accept();
    const auto leg = handed_over_leg(rig.client, id);
    leg->request({TunnelRequestKind::send, id, 0, handshake(6)});
    CHECK(server.receive_all().empty());
  }
  for (const std::string& bytes : {publish("cam1"), command("createStream", 1)}) { // before connect
    TunnelSession session(rig, Carrier::handed_over);
    session.send(bytes);
    CHECK(session.poll_to_end().empty());
    CHECK(session.server.receive_all().empty());
  }
  TunnelSession session(rig, Carrier::handed_over);
  session.connect(rig);
  session.send(picture_of(20));
  CHECK(session.poll_to_end().empty());
  CHECK(session.server.receive_all().empty());
  CHECK(rig.gateway.logs("RTMPT461", 4));
  CHECK_FALSE(rig.httpd.is_asked());
}
