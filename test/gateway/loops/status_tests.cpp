// SPDX-License-Identifier: Apache-2.0
// What all loops know together, asked while they work, and sessions ended from another loop than their own.
#include "echo_backend.hpp"
#include "gateway_rig.hpp"
#include "tunnel_legs.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using apache::GatewayClient;

namespace {

constexpr std::uint32_t kLoops = 4;

template <class Answer>
Answer ask(GatewayClient& client, const protocol::GatewayMessage& question) {
  auto conversation = client.exchange(0, question, kPatience);
  if (conversation.status != local::ChannelStatus::ok) throw std::runtime_error("the gateway does not answer");
  client.give_back(0, std::move(conversation.channel));
  return std::get<Answer>(conversation.answer);
}

std::string status(GatewayClient& client, protocol::StatusForm form) {
  protocol::AskStatus question;
  question.form = form;
  return whole_state(client, question);
}

// The names of all sessions, as the JSON tells them.
std::vector<std::string> names(const std::string& json) {
  constexpr std::string_view kKey = "{\"id\":\"";
  std::vector<std::string> found;
  for (std::size_t at = json.find(kKey); at != std::string::npos; at = json.find(kKey, at + 1)) {
    const std::size_t begin = at + kKey.size();
    found.push_back(json.substr(begin, json.find('"', begin) - begin));
  }
  return found;
}

} // namespace

TEST_CASE("A status tells the sessions of every loop, by names that are no ids", "[loops]") {
  GatewayRig gateway(kLoops);
  EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  std::set<std::string> ids;
  for (std::uint32_t i = 0; i < 2 * kLoops; ++i)
    ids.insert(open_session(client, admission_to(backend.port())));
  const std::string json = status(client, protocol::StatusForm::json);
  CAPTURE(json);
  const auto told = names(json);
  CHECK(std::set<std::string>(told.begin(), told.end()).size() == ids.size());
  for (const std::string& id : ids)
    CHECK(json.find(id) == std::string::npos);
  CHECK(status(client, protocol::StatusForm::summary).find("RtmptSessions: 8\n") != std::string::npos);
  CHECK(status(client, protocol::StatusForm::metrics).find("kind=\"other\"} 8\n") != std::string::npos);
}

TEST_CASE("A session is ended by its name, and only that one", "[loops]") {
  GatewayRig gateway(kLoops);
  EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  std::vector<EchoSession> sessions;
  for (std::uint32_t i = 0; i < kLoops; ++i)
    sessions.emplace_back(open_session(client, admission_to(backend.port())));
  const auto leg = forwarding_leg(client);
  for (EchoSession& session : sessions)
    session.carry(*leg, "bytes");
  auto told = names(status(client, protocol::StatusForm::json));
  REQUIRE(told.size() == kLoops);
  CHECK_FALSE(ask<protocol::Done>(client, protocol::EndSession{protocol::SessionName("nobodynobody")}).found);
  CHECK_FALSE(ask<protocol::Done>(client, protocol::EndSession{protocol::SessionName()}).found);
  CHECK_FALSE(ask<protocol::Done>(client, protocol::EndSession{protocol::SessionName(sessions.front().id())}).found);
  std::size_t living = kLoops;
  for (const std::string& name : told) {
    CHECK(ask<protocol::Done>(client, protocol::EndSession{protocol::SessionName(name)}).found);
    CHECK_FALSE(ask<protocol::Done>(client, protocol::EndSession{protocol::SessionName(name)}).found);
    CHECK(names(status(client, protocol::StatusForm::json)).size() == --living);
  }
  for (const EchoSession& session : sessions)
    CHECK(leg->request({protocol::TunnelRequestKind::idle, session.id(), 50u, {}}).status == 404);
  CHECK(status(client, protocol::StatusForm::metrics).find("reason=\"administrator\"} 4\n") != std::string::npos);
}

TEST_CASE("A backend is drained by a child, for all loops, and enabled again", "[loops]") {
  GatewayRig gateway(kLoops);
  EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  const auto admission = admission_to(backend.port());
  const auto leg = forwarding_leg(client);
  EchoSession session(open_session(client, admission));
  CHECK(ask<protocol::Done>(client, protocol::DrainBackend{admission.backend, true}).found);
  for (std::uint32_t i = 0; i < kLoops; ++i)
    CHECK_THROWS_WITH(open_session(client, admission), Catch::Contains("an administrator has drained it"));
  CHECK_NOTHROW(session.carry(*leg, "bytes"));
  CHECK(ask<protocol::Done>(client, protocol::DrainBackend{admission.backend, false}).found);
  for (std::uint32_t i = 0; i < kLoops; ++i)
    CHECK_NOTHROW(open_session(client, admission));
}

TEST_CASE("A status is told while sessions begin, carry and end on every loop", "[loops]") {
  GatewayRig gateway(kLoops);
  EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  std::atomic<bool> busy{true};
  std::vector<std::string> failures(kLoops);
  {
    std::vector<std::jthread> working;
    for (std::uint32_t i = 0; i < kLoops; ++i)
      working.emplace_back([&, i] {
        try {
          const auto leg = forwarding_leg(client);
          while (busy) {
            EchoSession session(open_session(client, admission_to(backend.port())));
            session.carry(*leg, std::string(20'000, static_cast<char>('a' + i)));
            session.close(*leg);
          }
        } catch (const std::exception& error) {
          failures[i] = error.what();
        }
      });
    for (int i = 0; i < 200; ++i) {
      const std::string json = status(client, protocol::StatusForm::json);
      CHECK(names(json).size() <= kLoops);
      for (const std::string& name : names(json))
        if (i % 50 == 49) ask<protocol::Done>(client, protocol::EndSession{protocol::SessionName("no" + name)});
    }
    busy = false;
  }
  for (const std::string& failure : failures)
    CHECK(failure.empty());
  CHECK(status(client, protocol::StatusForm::summary).find("RtmptSessions: 0\n") != std::string::npos);
}
