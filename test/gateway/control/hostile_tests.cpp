// SPDX-License-Identifier: Apache-2.0
// Clients of the control socket that are wrong, slow or too many.
#include "control_rig.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <thread>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr auto kAtOnce = 9s; // less than the time that a client may take

std::size_t open_descriptors(pid_t pid) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// The gateway is well, and still has all its sessions.
void check_unharmed(ControlRig& rig, EchoSession& session) {
  CHECK_NOTHROW(rig.status());
  const auto leg = forwarding_leg(rig.client());
  CHECK_NOTHROW(session.carry(*leg, "still there"));
}

} // namespace

TEST_CASE("Bytes that are no message close the connection with a line, and no other one", "[control]") {
  ControlRig rig;
  EchoSession session(open_session(rig.client(), admission_to(rig.backend().port())));
  ControlConnection good(rig.path());
  good.greet();
  const std::string bad[] = {
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
      std::string(100'000, '\xFF'),
      "\0\0\0\0\x63\0\0\0"s,   // no such type
      "\0\0\0\0\x0E\0\0\1"s,   // a reserved bit
      "\0\0\x10\1\x10\0\0\0"s, // 4097 bytes
      "\0\0\0\1\x11\0\0\0\7"s, // no such kind of media server
  };
  for (const std::string& bytes : bad) {
    CAPTURE(bytes.size());
    ControlConnection connection(rig.path());
    connection.send_bytes(bytes);
    CHECK(connection.ends_within(kAtOnce));
  }
  CHECK(rig.logs("RTMPT353", std::size(bad)));
  CHECK(std::holds_alternative<protocol::StatusPiece>(good.order(protocol::AskStatus{})));
  check_unharmed(rig, session);
}

TEST_CASE("What only httpd may say is not obeyed", "[control]") {
  ControlRig rig;
  EchoSession session(open_session(rig.client(), admission_to(rig.backend().port())));
  protocol::Forward forward;
  forward.vhost_key = protocol::VhostKey("vh");
  forward.request = {protocol::TunnelRequestKind::close, protocol::SessionId(session.id()), {}};
  const protocol::Hello hello{protocol::kGatewayProtocolVersion, "0.1.0", 7, 1, "Tag_"};
  protocol::HandOver hand_over;
  hand_over.request.session_id = protocol::SessionId(session.id());
  const protocol::GatewayMessage messages[] = {
      protocol::Retire{},  protocol::GatewaySettings{}, admission_to(rig.backend().port()),     forward,
      hand_over,           protocol::Residue{},         protocol::Choose{{{rig.address(), 1}}}, hello,
      protocol::Done{true}};
  for (const auto& message : messages) {
    CAPTURE(message.index());
    ControlConnection connection(rig.path());
    connection.send_bytes(protocol::encode(message));
    CHECK(connection.ends_within(kAtOnce));
  }
  CHECK(rig.logs("is dropped: message out of place", std::size(messages)));
  check_unharmed(rig, session);
}

TEST_CASE("Descriptors that a client sends along are not kept", "[control]") {
  ControlRig rig;
  ControlConnection connection(rig.path());
  connection.greet();
  REQUIRE(std::holds_alternative<protocol::StatusPiece>(connection.order(protocol::AskStatus{})));
  const std::size_t before = open_descriptors(rig.gateway().pid());
  const std::string frame = protocol::encode(protocol::EndSession{protocol::SessionName(std::string(500, 'n'))});
  for (const char byte : frame)
    REQUIRE(connection.send_bytes({&byte, 1}, connection.socket()));
  CHECK(rig.logs("there is none of that name"));
  CHECK(open_descriptors(rig.gateway().pid()) == before);
}

TEST_CASE("A second order before the first is answered closes the connection", "[control]") {
  ControlRig rig;
  const std::string two = protocol::encode(protocol::AskStatus{}) + protocol::encode(protocol::AskStatus{});
  ControlConnection connection(rig.path());
  connection.send_bytes(two);
  CHECK(connection.ends_within(kAtOnce));
  CHECK(rig.logs("is dropped: message out of place"));
}

TEST_CASE("Clients that dawdle keep others waiting for ten seconds at most", "[control]") {
  ControlRig rig;
  EchoSession session(open_session(rig.client(), admission_to(rig.backend().port())));
  check_unharmed(rig, session); // a session without any request would not live for so long
  const auto began = local::Clock::now();
  std::vector<ControlConnection> slow;
  for (int i = 0; i < 8; ++i) { // as many as are served at a time
    slow.emplace_back(rig.path());
    slow.back().greet();
    slow.back().send_bytes("\0\0\0"s); // half of a head
  }
  ControlConnection next(rig.path());
  CHECK_FALSE(next.hears_within(1s));
  CHECK_NOTHROW(next.greet());
  CHECK(std::holds_alternative<protocol::StatusPiece>(next.order(protocol::AskStatus{})));
  CHECK(local::Clock::now() - began > 9s);
  CHECK(local::Clock::now() - began < 30s);
  for (ControlConnection& connection : slow)
    CHECK(connection.ends_within(kAtOnce));
  CHECK(rig.logs("is dropped: it took too long", 8));
  check_unharmed(rig, session);
}
