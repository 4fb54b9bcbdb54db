// SPDX-License-Identifier: Apache-2.0
// What may be asked and ordered over the gateway's control socket.
#include "control_rig.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include <csignal>
#include <exception>
#include <thread>

#include <sys/socket.h>
#include <unistd.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::Done;

TEST_CASE("The state has the sessions of every loop, and the configuration's media servers", "[control]") {
  ControlRig rig;
  EchoSession first(open_session(rig.client(), admission_to(rig.backend().port())));
  EchoSession second(open_session(rig.client(), admission_to(rig.backend().port())));
  const auto leg = forwarding_leg(rig.client());
  first.carry(*leg, std::string(5000, 'x'));
  const auto status = rig.status();
  CHECK(status.at("server") == "test");
  CHECK(status.at("control_allowed") == true);
  CHECK(status.at("sessions").as_array().size() == 2);
  CHECK(status.at("totals").at("received_bytes") == 5000);
  const auto backend = rig.backend_status();
  CHECK(backend.at("virtual_host") == "www");
  CHECK(backend.at("balancer") == "media");
  CHECK(backend.at("url").as_string() == rig.members().front().url);
  CHECK(backend.at("status") == "unknown");
  CHECK(backend.at("weight") == 3.0);
  CHECK(backend.at("sessions") == 2);
  CHECK(backend.at("failures") == 0);
  CHECK(status.at("backends").as_array().size() == 1);
}

TEST_CASE("What a client claims about httpd's media servers is not believed", "[control]") {
  ControlRig rig;
  protocol::AskStatus question;
  question.server_name = "another";
  question.members = {{"", "", {protocol::BackendKind::rtmp, "evil", 1}, "rtmp://evil", {}, 100}};
  question.members.front().condition = protocol::MemberCondition::ok;
  const auto text = rig.state(question);
  CHECK(text.find("evil") == std::string::npos);
  CHECK(text.find("another") == std::string::npos);
  CHECK(text.find(rig.members().front().url) != std::string::npos);
}

TEST_CASE("A session ends by its name, once, and the log says who ended it", "[control]") {
  ControlRig rig;
  EchoSession session(open_session(rig.client(), admission_to(rig.backend().port())));
  const auto leg = forwarding_leg(rig.client());
  session.carry(*leg, "bytes");
  const auto sessions = rig.status().at("sessions").as_array();
  REQUIRE(sessions.size() == 1);
  const std::string name(sessions.front().at("id").as_string());
  CHECK_FALSE(rig.order<Done>(protocol::EndSession{protocol::SessionName("no\nbody")}).found);
  CHECK_FALSE(rig.order<Done>(protocol::EndSession{protocol::SessionName(session.id())}).found);
  CHECK(rig.order<Done>(protocol::EndSession{protocol::SessionName(name)}).found);
  CHECK_FALSE(rig.order<Done>(protocol::EndSession{protocol::SessionName(name)}).found);
  CHECK(rig.status().at("sessions").as_array().empty());
  const std::string who =
      "control: user " + std::to_string(::geteuid()) + " (pid " + std::to_string(::getpid()) + ") ends session ";
  CHECK(rig.logs(who + name + ": done"));
  CHECK(rig.logs(who + name + ": there is none of that name"));
  CHECK(rig.logs(who + "no\\nbody: there is none of that name"));
}

TEST_CASE("Several orders over one connection are answered one by one", "[control]") {
  ControlRig rig;
  ControlConnection connection(rig.path());
  connection.greet();
  for (int i = 0; i < 20; ++i) {
    CHECK(std::holds_alternative<protocol::StatusPiece>(connection.order(protocol::AskStatus{})));
    CHECK_FALSE(std::get<Done>(connection.order(protocol::EndSession{protocol::SessionName("nobody")})).found);
  }
}

TEST_CASE("An order that comes byte by byte is obeyed as soon as it is whole", "[control]") {
  ControlRig rig;
  const std::string frame = protocol::encode(protocol::DrainBackend{rig.address(), true});
  ControlConnection connection(rig.path());
  for (std::size_t i = 0; i + 1 < frame.size(); ++i)
    REQUIRE(connection.send_bytes(frame.substr(i, 1)));
  CHECK(rig.backend_status().at("drained") == false);
  REQUIRE(connection.send_bytes(frame.substr(frame.size() - 1)));
  CHECK(rig.logs("drains " + rig.members().front().url + ": done"));
  CHECK(rig.backend_status().at("drained") == true);
}

TEST_CASE("More clients than are served at a time wait for their turn, and all are answered", "[control]") {
  constexpr int kClients = 40;
  ControlRig rig;
  std::vector<std::size_t> answers(kClients);
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < kClients; ++i)
      clients.emplace_back([&, i] {
        try {
          answers[i] = rig.state().size();
        } catch (const std::exception&) {
          answers[i] = 0; // seen below
        }
      });
  }
  for (const std::size_t bytes : answers)
    CHECK(bytes > 100);
}

TEST_CASE("A gateway started behind the same control socket serves it, and has forgotten what was drained",
          "[control]") {
  ControlRig rig;
  REQUIRE(rig.order<Done>(protocol::DrainBackend{rig.address(), true}).found);
  rig.gateway().signal(SIGKILL);
  REQUIRE(rig.gateway().wait_for_end(kPatience) == -1);
  ControlConnection waiting(rig.path()); // while there is no gateway: the socket is httpd's
  rig.gateway().start(2);
  CHECK_NOTHROW(waiting.greet());
  CHECK(rig.backend_status().at("drained") == false);
}

TEST_CASE("Settings without a control socket, and retirement, end the gateway's part in it", "[control]") {
  ControlRig rig;
  ControlConnection served(rig.path());
  served.greet();
  EchoSession session(open_session(rig.client(), admission_to(rig.backend().port())));
  bool retired = false;
  SECTION("settings") {
    rig.gateway().give_control(-1, {});
    REQUIRE(rig.logs("RTMPT314", 3)); // of the start, of the rig, and these
  }
  SECTION("retirement") {
    rig.gateway().retire();
    REQUIRE(rig.logs("RTMPT301"));
    retired = true;
  }
  CHECK(std::holds_alternative<protocol::StatusPiece>(served.order(protocol::AskStatus{})));
  ControlConnection late(rig.path()); // httpd's own listener queues it
  CHECK_FALSE(late.hears_within(300ms));
  if (retired) return;
  rig.gateway().give_control(rig.listener(), rig.members());
  CHECK_NOTHROW(late.greet());
  CHECK(rig.status().at("sessions").as_array().size() == 1);
}

TEST_CASE("A ban is listed, refuses its client, and is lifted by its number or with all", "[control]") {
  ControlRig rig;
  const auto admission = admission_to(rig.backend().port());
  const auto ban_of = [&](std::chrono::milliseconds time) {
    const EchoSession session(open_session(rig.client(), admission));
    const auto sessions = rig.status().at("sessions").as_array();
    REQUIRE(sessions.size() == 1);
    const std::string name(sessions.front().at("id").as_string());
    CHECK(rig.order<Done>(protocol::EndSession{protocol::SessionName(name), time}).found);
  };
  const auto is_refused = [&] {
    auto answer = rig.client().exchange(0, admission, kPatience);
    rig.client().give_back(0, std::move(answer.channel));
    return std::holds_alternative<protocol::Refused>(answer.answer);
  };
  CHECK(rig.status().at("bans").as_array().empty());
  CHECK_FALSE(rig.order<Done>(protocol::LiftBan{1}).found);
  CHECK_FALSE(rig.order<Done>(protocol::LiftBan{0}).found);
  ban_of(10min);
  CHECK(is_refused());
  const auto bans = rig.status().at("bans").as_array();
  REQUIRE(bans.size() == 1);
  CHECK(bans.front().at("number") == 1);
  CHECK(bans.front().at("client") == "127.0.0.1");
  CHECK(bans.front().at("stream").is_null());
  CHECK(bans.front().at("left_seconds").to_number<int>() > 500);
  CHECK(bans.front().at("left_seconds").to_number<int>() <= 600);
  CHECK(bans.front().at("refusals") == 1);
  CHECK(rig.status().at("refusals").at("client banned") == 1);
  CHECK_FALSE(rig.order<Done>(protocol::LiftBan{2}).found);
  CHECK(is_refused());
  CHECK(rig.order<Done>(protocol::LiftBan{1}).found);
  CHECK_FALSE(is_refused());
  CHECK(rig.logs("lifts ban 1: 1 lifted"));
  CHECK(rig.logs("RTMPT525: ban 1: 127.0.0.1 at virtual host"));
}
