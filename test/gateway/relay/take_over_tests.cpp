// SPDX-License-Identifier: Apache-2.0
// Requests of an RTMPT session on a relayed connection: httpd gives the client to the session.
#include "relay_rig.hpp"
#include "test/gateway/loops/echo_backend.hpp"
#include "test/gateway/loops/tunnel_legs.hpp"
#include "test/gateway/rtmp/rtmp_rig.hpp"
#include "test/support/deadline.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <string>
#include <string_view>
#include <utility>

#include <sys/ioctl.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using local::ChannelStatus;
using local::Clock;
using protocol::TunnelRequestKind;

namespace {

constexpr char kHost[] = "live.example.com";

// A whole send of a session.
std::string send_text(const std::string& id, int number, const std::string& body) {
  return "POST /send/" + id + "/" + std::to_string(number) + " HTTP/1.1\r\nHost: " + kHost +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

protocol::HandOver terms_for(const std::string& id, std::uint64_t ticket) {
  protocol::HandOver terms;
  terms.vhost_key = protocol::VhostKey("vh");
  terms.client_address = "192.0.2.1";
  terms.host_header = kHost;
  terms.body_limit_bytes = 1 << 20;
  terms.request.session_id = protocol::SessionId(id);
  terms.ticket = ticket;
  return terms;
}

// What the gateway says to the hand-over, with the channel on which the Residue is to come.
apache::Conversation offer_to_session(apache::GatewayClient& client, const protocol::HandOver& terms) {
  apache::Conversation conversation =
      client.exchange_for_session(0, terms.request.session_id, terms, apache::Terms(kPatience));
  REQUIRE(conversation.status == ChannelStatus::ok);
  return conversation;
}

void give_residue(apache::Conversation& conversation, const std::string& bytes, std::uint64_t taken_bytes) {
  REQUIRE(conversation.channel->send(protocol::Residue{bytes, taken_bytes}, Clock::now() + kPatience) ==
          ChannelStatus::ok);
}

// 0 for Take.
int status_of(const apache::Conversation& conversation) {
  const auto* const reply = std::get_if<protocol::Reply>(&conversation.answer);
  return reply ? reply->status : 0;
}

// The body of the next reply, without its polling byte.
std::string next_reply(TlsVisitor& visitor) {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    const std::string byte = visitor.read(1);
    REQUIRE(byte.size() == 1);
    head += byte;
  }
  REQUIRE(head.starts_with("HTTP/1.1 200 "));
  const std::size_t length = head.find("Content-Length: ");
  REQUIRE(length != std::string::npos);
  const std::string body = visitor.read(std::stoul(head.substr(length + 16)));
  REQUIRE_FALSE(body.empty());
  return body.substr(1);
}

// The next reply, and those to idles until there are so many bytes.
std::string replies(TlsVisitor& visitor, const std::string& id, int& number, std::size_t bytes) {
  std::string back = next_reply(visitor);
  for (const Deadline deadline; back.size() < bytes && !deadline.passed();) {
    visitor.write("POST /idle/" + id + "/" + std::to_string(number++) + " HTTP/1.1\r\nHost: " + kHost +
                  "\r\nContent-Length: 1\r\n\r\n" + std::string(1, '\0'));
    back += next_reply(visitor);
  }
  return back;
}

// Sends bytes, which come back from the echo.
void carry(TlsVisitor& visitor, const std::string& id, int& number, const std::string& bytes) {
  visitor.write(send_text(id, number++, bytes));
  CHECK(replies(visitor, id, number, bytes.size()) == bytes);
}

// Lets all loops of the gateway go through what has come to them by now: a question comes behind it.
void let_loops_turn(apache::GatewayClient& client) {
  whole_state(client, {});
}

// Waits until no more comes to a socket that nobody reads, however often the gateway has its turn.
bool is_full(apache::GatewayClient& client, int socket) {
  const auto unread_bytes = [socket] {
    int count = 0;
    return ::ioctl(socket, FIONREAD, &count) == 0 ? count : 0;
  };
  return happens([&] {
    const int before = unread_bytes();
    for (int turn = 0; turn < 10; ++turn)
      let_loops_turn(client);
    return before > 0 && unread_bytes() == before;
  });
}

struct TakeOverRig : RelayRig {
  EchoBackend backend;
  // Two sessions, one on each loop: the relay is on the first one.
  const std::string here = open_session(client, admission_to(backend.port()));
  const std::string there = open_session(client, admission_to(backend.port()));
};

// A client whose request for the session `there` httpd has read whole.
struct RelayedRequest {
  explicit RelayedRequest(TakeOverRig& rig)
      : visitor(rig.greeted()), text(send_text(rig.there, 0, "x")), httpd(await(rig)) {}

  TlsVisitor visitor;
  const std::string text;
  RelayedConnection httpd;

 private:
  RelayedConnection await(TakeOverRig& rig) {
    visitor.write(text);
    RelayedConnection connection = rig.next_greeted();
    REQUIRE(connection.tls->read_all(text.size()) == text);
    return connection;
  }
};

} // namespace

TEST_CASE("A session takes a relayed client, however much of its request httpd has read", "[relay]") {
  const bool on_the_clients_loop = GENERATE(true, false);
  const int cut = GENERATE(range(0, 5));
  CAPTURE(on_the_clients_loop, cut);
  TakeOverRig rig;
  const std::string& id = on_the_clients_loop ? rig.here : rig.there;
  const std::string body = varied_text(5'000);
  const std::string request = send_text(id, 0, body);
  const std::size_t head = request.find("\r\n\r\n") + 4;
  const std::size_t cuts[] = {head, head + 1, head + 2'000, request.size() - 1, request.size()};
  const std::size_t taken = cuts[cut];
  TlsVisitor visitor = rig.greeted();
  visitor.write(request);
  RelayedConnection httpd = rig.next_greeted();
  REQUIRE(httpd.tls->read_all(taken) == request.substr(0, taken));
  apache::Conversation conversation = offer_to_session(rig.client, terms_for(id, httpd.preamble.ticket));
  REQUIRE(status_of(conversation) == 0);
  give_residue(conversation, request.substr(0, taken), taken);
  httpd.close();
  int number = 1;
  CHECK(replies(visitor, id, number, body.size()) == body);
  carry(visitor, id, number, body);
}

TEST_CASE("Answers of httpd come before those of the session, and the session goes on with the client", "[relay]") {
  TakeOverRig rig;
  const std::string page = "GET /page HTTP/1.1\r\nHost: live.example.com\r\n\r\n";
  const std::string answer = varied_text(300'000);
  TlsVisitor visitor = rig.greeted();
  visitor.write(page);
  RelayedConnection httpd = rig.next_greeted();
  REQUIRE(httpd.tls->read_all(page.size()) == page);
  // The client has sent its next request before it reads.
  const std::string body = "some bytes";
  const std::string request = send_text(rig.there, 0, body);
  visitor.write(request);
  const std::size_t head = request.find("\r\n\r\n") + 4;
  REQUIRE(httpd.tls->read_all(head) == request.substr(0, head));
  auto writing = std::async(std::launch::async, [&] { return httpd.tls->write(answer); });
  CHECK(visitor.read(1'000) == answer.substr(0, 1'000));
  apache::Conversation conversation = offer_to_session(rig.client, terms_for(rig.there, httpd.preamble.ticket));
  REQUIRE(status_of(conversation) == 0);
  give_residue(conversation, request.substr(0, head), page.size() + head);
  CHECK(visitor.read(answer.size() - 1'000) == answer.substr(1'000));
  CHECK(writing.get());
  httpd.close();
  CHECK(next_reply(visitor).size() <= body.size());
  CHECK(rig.gateway.logged("RTMPT452") == 0);
}

TEST_CASE("httpd's end before its Residue does not end a client that is promised to a session", "[relay]") {
  TakeOverRig rig;
  RelayedRequest relayed(rig);
  auto& [visitor, request, httpd] = relayed;
  apache::Conversation conversation = offer_to_session(rig.client, terms_for(rig.there, httpd.preamble.ticket));
  REQUIRE(status_of(conversation) == 0);
  httpd.close();
  SECTION("the Residue comes later") {
    let_loops_turn(rig.client); // the end is seen first
    give_residue(conversation, request, request.size());
    int number = 1;
    CHECK(replies(visitor, rig.there, number, 1) == "x");
    carry(visitor, rig.there, number, "more");
  }
  SECTION("the child has ended, and no Residue comes") {
    conversation.channel.reset();
    CHECK(visitor.read_all().empty());
  }
}

TEST_CASE("A promise that is not kept lets httpd go on with its client", "[relay]") {
  TakeOverRig rig;
  RelayedRequest relayed(rig);
  auto& [visitor, request, httpd] = relayed;
  apache::Conversation conversation = offer_to_session(rig.client, terms_for(rig.there, httpd.preamble.ticket));
  REQUIRE(status_of(conversation) == 0);
  conversation.channel.reset();
  REQUIRE(httpd.tls->write("HTTP/1.1 500 "));
  CHECK(visitor.read(13) == "HTTP/1.1 500 ");
  visitor.write("more");
  CHECK(httpd.tls->read_all(4) == "more");
}

TEST_CASE("A client is given to one session only, and none that is not there", "[relay]") {
  TakeOverRig rig;
  RelayedRequest relayed(rig);
  auto& [visitor, request, httpd] = relayed;
  const std::uint64_t ticket = httpd.preamble.ticket;
  CHECK(status_of(offer_to_session(rig.client, terms_for(rig.there, ticket + 1))) == 503);
  CHECK(status_of(offer_to_session(rig.client, terms_for(rig.there, protocol::ask_ticket(99, 1)))) == 503);
  CHECK(status_of(offer_to_session(rig.client, terms_for(unknown_beside(rig.there), ticket))) == 404);
  apache::Conversation conversation = offer_to_session(rig.client, terms_for(rig.there, ticket));
  REQUIRE(status_of(conversation) == 0);
  CHECK(status_of(offer_to_session(rig.client, terms_for(rig.here, ticket))) == 503);
  give_residue(conversation, request, request.size());
  httpd.close();
  next_reply(visitor);
  CHECK(status_of(offer_to_session(rig.client, terms_for(rig.there, ticket))) == 503);
}

TEST_CASE("A client that has left is given to no session", "[relay]") {
  TakeOverRig rig;
  RelayedRequest relayed(rig);
  auto& [visitor, request, httpd] = relayed;
  SECTION("before it is promised") {
    visitor.close();
    // httpd reads the client's end, and closes its own.
    CHECK(httpd.tls->read().empty());
    httpd.close();
    CHECK(happens(
        [&] { return status_of(offer_to_session(rig.client, terms_for(rig.there, httpd.preamble.ticket))) == 503; }));
  }
  SECTION("afterwards") {
    apache::Conversation conversation = offer_to_session(rig.client, terms_for(rig.there, httpd.preamble.ticket));
    REQUIRE(status_of(conversation) == 0);
    visitor.close();
    give_residue(conversation, request, request.size());
    httpd.close();
    // The session has the request all the same: the next one is in its turn.
    const auto leg = forwarding_leg(rig.client);
    CHECK(happens([&] { return leg->request({TunnelRequestKind::idle, rig.there, 1u, {}}).status == 200; }));
  }
}

TEST_CASE("A client of which too much has been sent to httpd and not read there is closed with a line", "[relay]") {
  TakeOverRig rig;
  TlsVisitor visitor = rig.greeted();
  const std::string request = send_text(rig.there, 0, varied_text(400'000));
  const std::size_t head = request.find("\r\n\r\n") + 4;
  auto sending = std::async(std::launch::async, [&] {
    try {
      visitor.write(request);
    } catch (const std::runtime_error&) { // the client is closed
    }
  });
  RelayedConnection httpd = rig.next_greeted();
  REQUIRE(httpd.tls->read_all(200'000) == request.substr(0, 200'000));
  apache::Conversation conversation = offer_to_session(rig.client, terms_for(rig.there, httpd.preamble.ticket));
  REQUIRE(status_of(conversation) == 0);
  give_residue(conversation, request.substr(0, head), head); // httpd says that it has taken less
  httpd.close();
  sending.get();
  CHECK(visitor.read_all().empty());
  CHECK(rig.gateway.logs("RTMPT452"));
}

TEST_CASE("What httpd leaves unread of a client that sends as fast as it can always reaches the session", "[relay]") {
  TakeOverRig rig;
  const std::string body = varied_text(900'000);
  const std::string request = send_text(rig.there, 0, body);
  const std::size_t head = request.find("\r\n\r\n") + 4;
  TlsVisitor visitor = rig.greeted();
  auto sending = std::async(std::launch::async, [&] { visitor.write(request); });
  RelayedConnection httpd = rig.next_greeted();
  REQUIRE(httpd.tls->read_all(head) == request.substr(0, head));
  REQUIRE(is_full(rig.client, httpd.socket.get()));
  apache::Conversation conversation = offer_to_session(rig.client, terms_for(rig.there, httpd.preamble.ticket));
  REQUIRE(status_of(conversation) == 0);
  give_residue(conversation, request.substr(0, head), head);
  httpd.close();
  sending.get();
  int number = 1;
  CHECK(replies(visitor, rig.there, number, body.size()) == body);
  CHECK(rig.gateway.logged("RTMPT452") == 0);
}
