// SPDX-License-Identifier: Apache-2.0
// Clients that log in by Adobe's authmod: three connections for RTMP, three sessions for RTMPT.
#include "stream_asks.hpp"
#include "test/gateway/loops/tunnel_legs.hpp"
#include "test/support/deadline.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/adobe_login.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>
#include <rtmpt_proxy/protocol/text/percent_text.hpp>

#include <chrono>
#include <string>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::AdobeLogin;
using protocol::RefusalWords;

namespace {

constexpr const char* kRealm = "401 Unauthorized\r\nRTMPT-Realm: Studio%201";
constexpr const char* kResponse = "q8/vEjRWeJCr+e8SNFZ4kA==";

std::string app_with(const AdobeLogin& login) {
  return "live?" + to_query(login);
}

std::string url_with(const AdobeLogin& login) {
  return "rtmp://live.example.com/live?" + to_query(login);
}

std::string header_of(const AdobeLogin& login) {
  return "RTMPT-Login: " + protocol::percent_encoded(to_query(login)) + "\r\n";
}

bool has(const AskedQuestion& question, const std::string& text) {
  return question.request.find(text) != std::string::npos;
}

// What a refusal's description has behind "opaque=".
std::string opaque_in(const std::string& refusal) {
  std::string bytes = refusal;
  for (std::size_t at = 12 + 128; at < bytes.size(); at += 128) // the chunks' own bytes
    bytes.erase(at, 1);
  const std::size_t begin = bytes.find("opaque=");
  REQUIRE(begin != std::string::npos);
  return bytes.substr(begin + 7, 56);
}

// The first two steps; returns the challenge.
std::string challenge_for(RtmpRig& rig, const std::string& user) {
  RtmpPeer client = rtmp_client(rig.client);
  client.greet(app_with({user, "", "", ""}), url_with({user, "", "", ""}));
  AskedQuestion question = rig.httpd.next();
  CHECK(question.request.starts_with("OPEN /live HTTP/1.1\r\n"));
  CHECK(has(question, header_of({user, "", "", ""})));
  question.answer_with(kRealm);
  const std::string told = client.receive_all();
  const std::string opaque = opaque_in(told);
  CHECK(told == protocol::connect_refusal(1, protocol::adobe_challenge(user, "Studio 1", opaque)));
  return opaque;
}

protocol::Admission login_admission(const RtmpRig& rig, std::uint64_t ticket, bool on = true) {
  protocol::Admission admission = authorized_admission(rig);
  admission.ticket = ticket;
  admission.terms.adobe_login = on;
  return admission;
}

} // namespace

TEST_CASE("A client of RTMP logs in by three connects, and the media server gets none of it", "[login]") {
  RtmpRig rig;
  {
    RtmpPeer client = rtmp_client(rig.client);
    client.greet("live");
    rig.httpd.next().answer_with(kRealm);
    CHECK(client.receive_all() == protocol::connect_refusal(1, protocol::adobe_wants_login()));
  }
  const AdobeLogin login{"alice", challenge_for(rig, "alice"), "0a1b2c3d", kResponse};
  RtmpPeer client = rtmp_client(rig.client);
  client.greet(app_with(login), url_with(login));
  AskedQuestion question = rig.httpd.next();
  CHECK(has(question, header_of(login)));
  REQUIRE(
      std::holds_alternative<protocol::Admitted>(admit(rig.client, login_admission(rig, question.preamble.ticket))));
  question.answer(200);
  RtmpPeer server = rig.backend.accept();
  server.answer_greeting();
  const std::string sent = connect_chunks(app_with(login), url_with(login));
  const std::string passed = server.receive(sent.size());
  CHECK(passed != sent);
  for (const char* const secret : {"alice", "authmod", "0a1b2c3d", "opaque"})
    CHECK(passed.find(secret) == std::string::npos);
  CHECK(passed.find("rtmp://live.example.com/live") != std::string::npos);
  // The same login goes along with each further question about the session.
  for (const std::string& next : {publish("cam1"), play("deep/cam2")}) {
    client.send(next);
    AskedQuestion stream = rig.httpd.next();
    CHECK(has(stream, header_of(login)));
    CHECK_FALSE(has(stream, "RTMPT-Query"));
    stream.answer_with("200 Allowed by its rules\r\nRTMPT-User: alice");
    CHECK(server.receive(next.size()) == next);
  }
  for (const std::string& secret : {login.opaque, std::string(kResponse), std::string("0a1b2c3d")})
    CHECK(rig.gateway.logged(secret) == 0);
}

TEST_CASE("An answer to a challenge is good once, and for who got it", "[login]") {
  RtmpRig rig;
  const std::string failed = protocol::connect_refusal(1, protocol::adobe_login_failed());
  const AdobeLogin login{"alice", challenge_for(rig, "alice"), "0a1b2c3d", kResponse};
  AdobeLogin of_bob = login;
  of_bob.user = "bob";
  AdobeLogin made_up = login;
  made_up.opaque = std::string(56, 'a');
  const auto try_in_vain = [&](const AdobeLogin& wrong) { // without a word of it to httpd
    RtmpPeer client = rtmp_client(rig.client);
    client.greet(app_with(wrong), url_with(wrong));
    AskedQuestion question = rig.httpd.next();
    CHECK_FALSE(has(question, "RTMPT-Login"));
    question.answer_with(kRealm);
    CHECK(client.receive_all() == failed);
  };
  try_in_vain(of_bob);
  try_in_vain(made_up);
  {
    RtmpPeer client = rtmp_client(rig.client); // a wrong password, says httpd
    client.greet(app_with(login), url_with(login));
    AskedQuestion question = rig.httpd.next();
    CHECK(has(question, header_of(login)));
    question.answer(401);
    CHECK(client.receive_all() == failed);
  }
  try_in_vain(login); // replayed
  CHECK(rig.gateway.logs("RTMPT501", 3));
}

TEST_CASE("Steps of a login are answered at once, and wrong passwords later and later", "[login]") {
  RtmpRig rig;
  std::vector<std::chrono::milliseconds> delays;
  for (int i = 0; i < 6; ++i) {
    const AdobeLogin login{"alice", challenge_for(rig, "alice"), "0a1b2c3d", kResponse};
    RtmpPeer client = rtmp_client(rig.client);
    client.greet(app_with(login), url_with(login));
    AskedQuestion question = rig.httpd.next();
    const auto answered = std::chrono::steady_clock::now();
    question.answer(401);
    client.receive_all();
    delays.push_back(since(answered));
  }
  CHECK(delays[3] >= 250ms);
  CHECK(delays[4] >= 500ms);
  CHECK(delays[5] >= 1000ms);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) // further refusals would take 5 s each
    challenge_for(rig, "alice");
  CHECK(since(begin) < 20s);
}

TEST_CASE("Where clients do not log in, a login is a query like any other", "[login]") {
  RtmpRig rig;
  const AdobeLogin name{"alice", "", "", ""};
  {
    RtmpPeer client = rtmp_client(rig.client);
    client.greet(app_with(name), url_with(name));
    rig.httpd.next().answer(401);
    CHECK(client.receive_all() == protocol::connect_refusal(1, RefusalWords::access_denied));
  }
  RtmpPeer client = rtmp_client(rig.client);
  client.greet(app_with(name), url_with(name));
  AskedQuestion question = rig.httpd.next();
  CHECK(has(question, "RTMPT-Query: authmod=adobe&user=alice\r\n"));
  REQUIRE(std::holds_alternative<protocol::Admitted>(
      admit(rig.client, login_admission(rig, question.preamble.ticket, false))));
  question.answer(200);
  RtmpPeer server = rig.backend.accept();
  server.answer_greeting();
  const std::string sent = connect_chunks(app_with(name), url_with(name));
  CHECK(server.receive(sent.size()) == sent);
}

TEST_CASE("A client of RTMPT logs in by three sessions, and the media server gets none of it", "[login]") {
  RtmpRig rig;
  const auto open = [&] { return open_session(rig.client, login_admission(rig, 0)); };
  const std::string hello = handshake();
  // A session that sends `app` as far as the question about it; what httpd answers; what the client is told.
  const auto refused = [&](const std::string& app, const std::string& url, const auto& look,
                           const std::string& answer) {
    const std::string id = open();
    RtmpPeer server = rig.backend.accept();
    const auto leg = handed_over_leg(rig.client, id);
    std::uint32_t number = 0;
    leg->request({protocol::TunnelRequestKind::send, id, number++, hello});
    server.receive(hello.size());
    server.send(hello);
    std::string told = leg->request({protocol::TunnelRequestKind::send, id, number++, connect_chunks(app, url)}).body;
    AskedQuestion question = rig.httpd.next();
    look(question);
    question.answer_with(answer);
    try {
      for (const Deadline deadline(kPatience); !deadline.passed();) {
        const protocol::Reply reply = leg->request({protocol::TunnelRequestKind::idle, id, number++, {}});
        if (reply.status != 200) break;
        told += reply.body;
      }
    } catch (const std::runtime_error&) { // the session's end
    }
    CHECK(server.receive_all().empty()); // not a byte of the connect
    return told.substr(told.size() < hello.size() ? 0 : hello.size());
  };
  const auto nothing = [](const AskedQuestion& question) { CHECK_FALSE(has(question, "RTMPT-Login")); };
  CHECK(refused("live", "rtmp://live.example.com/live", nothing, kRealm) ==
        protocol::connect_refusal(1, protocol::adobe_wants_login()));
  const AdobeLogin name{"alice", "", "", ""};
  const std::string told = refused(
      app_with(name), url_with(name), [&](const AskedQuestion& question) { CHECK(has(question, header_of(name))); },
      kRealm);
  const AdobeLogin login{"alice", opaque_in(told), "0a1b2c3d", kResponse};
  CHECK(told == protocol::connect_refusal(1, protocol::adobe_challenge("alice", "Studio 1", login.opaque)));

  const std::string id = open();
  RtmpPeer server = rig.backend.accept();
  const auto leg = handed_over_leg(rig.client, id);
  leg->request({protocol::TunnelRequestKind::send, id, 0, hello});
  server.receive(hello.size());
  const std::string sent = connect_chunks(app_with(login), url_with(login));
  const std::string behind = command("createStream", 2);
  // In two pieces, so that the question comes with the second one.
  leg->request({protocol::TunnelRequestKind::send, id, 1, sent.substr(0, 100)});
  leg->request({protocol::TunnelRequestKind::send, id, 2, sent.substr(100) + behind});
  AskedQuestion question = rig.httpd.next();
  CHECK(has(question, header_of(login)));
  CHECK_FALSE(has(question, "RTMPT-Query"));
  question.answer(200);
  const std::string passed = server.receive(sent.size() + behind.size());
  CHECK(passed.substr(sent.size()) == behind);
  CHECK(passed.find("alice") == std::string::npos);
  CHECK(passed.find("rtmp://live.example.com/live") != std::string::npos);
  leg->request({protocol::TunnelRequestKind::send, id, 3, publish("cam1")});
  AskedQuestion stream = rig.httpd.next();
  CHECK(has(stream, header_of(login)));
  stream.answer(200);
  CHECK(server.receive(publish("cam1").size()) == publish("cam1"));
  // The challenge is used up.
  CHECK(refused(app_with(login), url_with(login), nothing, kRealm) ==
        protocol::connect_refusal(1, protocol::adobe_login_failed()));
}
