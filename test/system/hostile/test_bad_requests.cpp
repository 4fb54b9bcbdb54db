// SPDX-License-Identifier: Apache-2.0
// What a session answers to requests that are wrong, and that it goes on afterwards.
#include "support/os/random_bytes.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kRefusedBody = "RTMPT330"; // the gateway says it once for each session

HttpdOptions small_bodies() {
  return site_with("RTMPTBodyLimit 8K\n");
}

// The request goes on the connection of the session, so that the gateway reads it when the connection is handed over,
// or on a new one, where httpd reads it first. Returns the answer; `next` of the session is sent afterwards on a new
// connection and must arrive.
enum class On { session_connection, new_connection };

HttpResponse answer_to(TunnelSession& session, On on, const std::string& request) {
  if (on == On::session_connection) return session.client.connection().exchange(request);
  return ask_anew(session, request);
}

void check_session_goes_on(TunnelSession& session) {
  const auto before = session.media->received();
  session.client.reconnect();
  CHECK(session.client.send("goes on").status == 200);
  CHECK(session.media->wait_for_bytes(before.size() + 7) == before + "goes on");
}

} // namespace

TEST_CASE("An unknown session id gets 404, a bad number or a long target 400, and the session goes on") {
  TunnelSite site(small_bodies());
  for (const auto& carriage : carriages()) {
    for (const auto on : {On::session_connection, On::new_connection}) {
      auto session = site.session(carriage);
      const auto id = session.client.id();
      const auto unknown = unknown_id(id);
      const std::vector<std::pair<std::string, int>> rows{
          {"/send/" + unknown + "/0", 404},
          {"/idle/" + unknown + "/0", 404},
          {"/close/" + unknown + "/0", 404},
          {"/close/" + unknown, 404},
          {"/send/" + id, 400}, // no number, no number at all, absurd ones
          {"/send/" + id + "/", 400},
          {"/send/" + id + "/abc", 400},
          {"/send/" + id + "/-1", 400},
          {"/send/" + id + "/+1", 400},
          {"/send/" + id + "/1x", 400},
          {"/send/" + id + "/1/x", 400},
          {"/send/" + id + "/99999999999", 400},
          {"/idle/" + id + "/4294967296", 400},
          {"/send/" + id + "/0?" + std::string(256, 'q'), 400},
      };
      for (const auto& [target, status] : rows) {
        CAPTURE(carriage, target, on == On::new_connection);
        const auto reply = answer_to(session, on, post(target, "bad", carriage.headers));
        CHECK(reply.status == status);
        if (reply.says_close()) session.client.reconnect();
      }
      CHECK(session.media->received().empty());
      CAPTURE(carriage);
      check_session_goes_on(session);
    }
  }
}

TEST_CASE("A target whose id is none of a gateway is the site's: 421 where the gateway has the connection") {
  TunnelSite site(small_bodies());
  for (const auto& carriage : carriages()) {
    for (const auto on : {On::session_connection, On::new_connection}) {
      auto session = site.session(carriage);
      REQUIRE(session.client.send("first").status == 200); // over TLS the gateway has the connection from here on
      const auto id = session.client.id();
      const bool at_gateway = on == On::session_connection && (carriage.handed_over || carriage.tls);
      for (const std::string& target :
           {"/send/" + id.substr(1) + "/0", "/send/" + id + "%20/0", "/send/" + id + "A/0", std::string("/send/a.b/0"),
            std::string("/send//0"), std::string("/close/my-account"), std::string("/send/newsletter"),
            "/send/%" + std::string(22, '4') + "/0", "/" + id, "/send//" + id + "/1", "/./send/" + id + "/1"}) {
        CAPTURE(carriage, target, on == On::new_connection);
        const auto reply = answer_to(session, on, post(target, "bad", carriage.headers));
        CHECK(reply.status == (at_gateway ? 421 : 404));
        if (at_gateway) CHECK(reply.says_close());
        if (reply.says_close()) session.client.reconnect();
        if (at_gateway) REQUIRE(session.client.idle().status == 200);
      }
      CHECK(session.media->wait_for_bytes(5) == "first");
      CAPTURE(carriage);
      check_session_goes_on(session);
    }
  }
}

TEST_CASE("A number too far ahead, or older than what is remembered and never seen, gets 400") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage, 100);
    REQUIRE(session.client.send("first").status == 200);
    const auto next = session.client.take_number();
    for (const auto number : {next + 65, next + 5000, 4294967295u, 7u}) {
      CAPTURE(number);
      const auto reply = answer_to(session, On::new_connection, session.client.request("send", number, "bad"));
      CHECK(reply.status == 400);
    }
    CHECK(session.client.connection().exchange(session.client.request("send", next, "second")).status == 200);
    CHECK(session.media->wait_for_bytes(11) == "firstsecond");
  }
}

TEST_CASE("A body over the limit gets 413 and leaves the session untouched") {
  for (const auto& carriage : carriages()) {
    TunnelSite site(small_bodies());
    site.httpd().error_log().expect(kRefusedBody);
    for (const auto on : {On::session_connection, On::new_connection}) {
      CAPTURE(carriage, on == On::new_connection);
      auto session = site.session(carriage);
      REQUIRE(session.client.send("first").status == 200);
      const auto number = session.client.take_number();
      const auto request = session.client.request("send", number, random_bytes(8193, 1));
      CHECK(answer_to(session, on, request).status == 413);
      session.client.reconnect();
      const auto body = random_bytes(8192, 2);
      const auto reply = session.client.connection().exchange(session.client.request("send", number, body));
      CHECK(reply.status == 200);
      CHECK(difference(session.media->wait_for_bytes(5 + 8192), "first" + body) == "");
    }
    CHECK_NOTHROW(site.httpd().error_log().wait_for(kRefusedBody, 2));
  }
}

TEST_CASE("After a send that was too large a client may go on with the next number") {
  for (const auto& carriage : carriages()) {
    TunnelSite site(small_bodies());
    site.httpd().error_log().expect(kRefusedBody);
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("first").status == 200);
    CHECK(session.client.send(random_bytes(8193, 4)).status == 413);
    session.client.reconnect();
    CHECK(session.client.idle().status == 200);
    CHECK(session.client.send("second").status == 200);
    CHECK(session.media->wait_for_bytes(11) == "firstsecond");
  }
}

TEST_CASE("A chunked body is taken, and one over the limit gets 413") {
  for (const auto& carriage : carriages()) {
    TunnelSite site(small_bodies());
    site.httpd().error_log().expect(kRefusedBody);
    for (const auto on : {On::session_connection, On::new_connection}) {
      CAPTURE(carriage, on == On::new_connection);
      auto session = site.session(carriage);
      const auto head = [&](std::uint32_t number) {
        return "POST " + tunnel_target("send", session.client.id(), number) + " HTTP/1.1\r\nHost: localhost\r\n" +
               carriage.headers + "Transfer-Encoding: chunked\r\n\r\n";
      };
      CHECK(answer_to(session, on, head(0) + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n").status == 200);
      CHECK(session.media->wait_for_bytes(6) == "hello!");
      const auto large = random_bytes(9000, 3);
      CHECK(answer_to(session, on, head(1) + "2328\r\n" + large + "\r\n0\r\n\r\n").status == 413);
      // What came of it before it was known to be too large may have gone on, unchanged.
      const std::string received = session.media->received();
      CHECK(received.size() < 6 + large.size());
      CHECK((received == ("hello!" + large).substr(0, received.size()) && received.size() >= 6));
    }
    CHECK_NOTHROW(site.httpd().error_log().wait_for(kRefusedBody, 2));
  }
}

TEST_CASE("A body that breaks off reaches the backend once, and goes on where it ended when it comes again") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    for (const bool by_reset : {false, true}) {
      CAPTURE(carriage, by_reset);
      auto session = site.session(carriage);
      REQUIRE(session.client.send("first").status == 200);
      const auto body = random_bytes(3000, 4);
      const auto request = session.client.request("send", session.client.take_number(), body);
      session.client.connection().send(request.substr(0, request.size() - 1000));
      if (by_reset) session.client.connection().reset();
      session.client.reconnect();
      const auto reply = session.client.connection().exchange(request);
      if (reply.status == 200) {
        CHECK(difference(session.media->wait_for_bytes(5 + body.size()), "first" + body) == "");
      } else {
        CHECK(reply.status == 404);
        session.media->wait_for_end();
        CHECK(("first" + body).starts_with(session.media->received()));
      }
    }
  }
}

TEST_CASE("A send that broke off and does not come again ends the session, also when a poll follows it") {
  TunnelSite site;
  std::size_t ended = 0;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("first").status == 200);
    const auto body = random_bytes(3000, 4);
    const auto request = session.client.request("send", session.client.take_number(), body);
    session.client.connection().send(request.substr(0, request.size() - 1000));
    session.client.reconnect();
    const auto poll = session.client.request("idle", session.client.take_number(), "0");
    auto status = session.client.connection().exchange(poll).status;
    if (status == 503) {
      // On a slow machine the gateway hears so late of the end of the body that a forwarded poll may wait no longer.
      // That puts nothing off.
      session.client.reconnect();
      status = session.client.connection().exchange(poll).status;
    }
    CHECK(status == 404);
    session.media->wait_for_end();
    site.httpd().error_log().wait_for("RTMPT303.*ended: a send is missing", ++ended);
    CHECK(("first" + body).starts_with(session.media->received()));
    CHECK(session.media->received_bytes() < 5 + body.size());
  }
}

TEST_CASE("Contradictory, repeated and signed lengths get 400 and the end of the connection") {
  TunnelSite site;
  const std::vector<std::string> lengths{
      "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
      "Content-Length: 5\r\nContent-Length: 5\r\n",
      "Content-Length: 5\r\nContent-Length: 6\r\n",
      "Content-Length: +5\r\n",
      "Content-Length: -5\r\n",
      "Content-Length: 5x\r\n",
      "Content-Length: 99999999999999999999999\r\n",
      "Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
  };
  for (const auto& carriage : carriages()) {
    auto session = site.session(carriage);
    for (const auto on : {On::session_connection, On::new_connection}) {
      for (const auto& length : lengths) {
        CAPTURE(carriage, length, on == On::new_connection);
        session.client.reconnect();
        // The first request brings a plain connection to the gateway when it is one that is handed over.
        if (on == On::session_connection) REQUIRE(session.client.idle().status == 200);
        const auto target = tunnel_target("send", session.client.id(), 1000);
        session.client.connection().send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" + carriage.headers +
                                         length + "\r\n5\r\nhello\r\n0\r\n\r\n");
        const auto reply = session.client.connection().receive();
        CHECK(reply.status == 400);
        CHECK(session.client.connection().closed_by_server());
      }
    }
    CAPTURE(carriage);
    CHECK(session.media->received().empty());
    check_session_goes_on(session);
  }
}

TEST_CASE("HTTP/1.0 works, one request a connection") {
  TunnelSite site;
  const bool tls = GENERATE(false, true);
  const std::string header = GENERATE("", "Connection: keep-alive\r\n");
  CAPTURE(tls, header);
  const auto endpoint = tls ? site.httpd().tls() : site.httpd().plain();
  const auto ask = [&](const std::string& target, const std::string& body) {
    HttpConnection connection(endpoint);
    auto reply = connection.exchange("POST " + target + " HTTP/1.0\r\nHost: localhost\r\n" + header +
                                     "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    if (header.empty()) CHECK(connection.closed_by_server());
    return reply;
  };
  const auto opened = ask("/open/1", std::string(1, '\0'));
  REQUIRE(opened.status == 200);
  const auto id = opened.body.substr(0, opened.body.size() - 1);
  auto media = site.backend().accept();
  std::string sent;
  std::string received;
  for (std::uint32_t number = 0; number < 10; ++number) {
    const auto bytes = random_bytes(100, number);
    media->send(bytes);
    const auto reply = ask(tunnel_target(number % 2 ? "idle" : "send", id, number), number % 2 ? "" : bytes);
    REQUIRE(reply.status == 200);
    received += rtmp_bytes(reply);
    if (number % 2 == 0) sent += bytes;
  }
  CHECK(difference(media->wait_for_bytes(sent.size()), sent) == "");
  CHECK(received.size() >= 900); // the last reply may have come before the last bytes
  CHECK(ask("/close/" + id + "/10", "").status == 200);
  media->wait_for_end();
}

TEST_CASE("A client that expects 100 gets it before its answer") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto client = site.client(carriage);
    const auto ask = [&](const std::string& target, const std::string& body) {
      auto& connection = client.connection();
      connection.send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" + carriage.headers +
                      "Expect: 100-continue\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
      CHECK(connection.receive().status == 100);
      return connection.exchange(body);
    };
    const auto opened = ask("/open/1", std::string(1, '\0'));
    REQUIRE(opened.status == 200);
    const auto id = opened.body.substr(0, opened.body.size() - 1);
    auto media = site.backend().accept();
    CHECK(ask(tunnel_target("send", id, 0), "hello").status == 200);
    CHECK(media->wait_for_bytes(5) == "hello");
  }
}

TEST_CASE("A handed-over connection serves nothing but the tunnel of its host") {
  TunnelSite site;
  const std::vector<std::string> strangers{
      get("/"),
      post("/open/1", std::string(1, '\0')),
      post("/elsewhere", "x"),
      "GET /idle/x/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
  };
  for (const auto& request : strangers) {
    CAPTURE(request);
    auto session = site.session(handed_over());
    REQUIRE(session.client.send("x").status == 200);
    const auto reply = session.client.connection().exchange(request);
    CHECK(reply.status == 421);
    CHECK(reply.says_close());
    CHECK(session.client.connection().closed_by_server());
  }
  auto session = site.session(handed_over());
  const auto target = tunnel_target("send", session.client.id(), 0);
  const auto reply = session.client.connection().exchange(post(target, "x", "Host: elsewhere\r\n"));
  CHECK(reply.status == 421);
  check_session_goes_on(session);
}
