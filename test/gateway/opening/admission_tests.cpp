// SPDX-License-Identifier: Apache-2.0
// An open that fails in the middle leaves nothing behind.
#include "gateway/doors/admission.hpp"
#include "opening_rig.hpp"
#include "test/gateway/loops/echo_backend.hpp"
#include "test/gateway/loops/loopback.hpp"

#include <catch2/catch.hpp>
#include <spdlog/fmt/fmt.h>

#include <stdexcept>
#include <vector>

#include <arpa/inet.h>
#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;

namespace {

enum class Thrown { standard, other };

// Listens and never accepts; its queue is full, so that no SYN is answered.
class DeafListener {
 public:
  DeafListener() : listener_(listen_on_loopback(port_)) {
    ::listen(listener_.get(), 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 4; ++i) {
      clients_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      ::connect(clients_.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
  }
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
  local::Descriptor listener_;
  std::vector<local::Descriptor> clients_;
};

[[noreturn]] void throw_it(Thrown thrown) {
  if (thrown == Thrown::standard) throw std::runtime_error("no memory for the answer");
  throw 42; // NOLINT(hicpp-exception-baseclass): the point of it
}

} // namespace

// loop().log() takes what fmt can format.
TEST_CASE("A session's id is nothing that the log takes", "[opening]") {
  STATIC_REQUIRE(fmt::is_formattable<std::string>::value);
  STATIC_REQUIRE_FALSE(fmt::is_formattable<protocol::SessionId>::value);
  STATIC_REQUIRE_FALSE(fmt::is_formattable<protocol::BackendSessionId>::value);
}

TEST_CASE("A session whose opener cannot be told of it is no session, whatever was thrown", "[opening]") {
  const Thrown thrown = GENERATE(Thrown::standard, Thrown::other);
  CAPTURE(static_cast<int>(thrown));
  const EchoBackend backend;
  OpeningRig rig;
  std::vector<protocol::GatewayMessage> told;
  gateway::open_session(rig.loop(), admission_for("127.0.0.1", backend.port()), std::nullopt,
                        [&](const protocol::GatewayMessage& outcome) {
                          told.push_back(outcome);
                          if (told.size() == 1) throw_it(thrown);
                        });
  CHECK(rig.loop().counts().sessions() == 1);
  CHECK(rig.runs_until([&] { return told.size() == 2; }));
  REQUIRE(told.size() == 2);
  CHECK(std::holds_alternative<protocol::Admitted>(told[0]));
  CHECK(refused(told[1]).reason == protocol::Refusal::gateway_full);
  CHECK(rig.loop().sessions().size() == 0);
  CHECK(rig.runs_until([&] { return rig.loop().counts().sessions() == 0; }));
  CHECK(rig.runs_until([&] { return rig.loop().descriptors().used() == 0; }));
  CHECK(rig.log_text().find("RTMPT308: opening a session failed: ") != std::string::npos);
}

TEST_CASE("An open that nobody waits for any more ends at once, and blames no media server", "[opening]") {
  const DeafListener deaf;
  OpeningRig rig;
  bool told = false;
  const auto admission = admission_for("127.0.0.1", deaf.port());
  const auto opening =
      gateway::open_session(rig.loop(), admission, std::nullopt, [&](const protocol::GatewayMessage&) { told = true; });
  REQUIRE(opening);
  CHECK(rig.loop().counts().sessions() == 1);
  rig.loop().io().run_for(std::chrono::milliseconds(50)); // the attempt is under way
  REQUIRE(rig.loop().counts().sessions() == 1);
  opening->give_up();
  rig.loop().io().run_for(std::chrono::milliseconds(500)); // the timeout is ten seconds
  CHECK(rig.loop().counts().sessions() == 0);
  CHECK(rig.loop().counts().failures_at(admission.backend) == 0);
  CHECK_FALSE(told);
}

TEST_CASE("An open that is given up before it has begun connects to nobody", "[opening]") {
  const EchoBackend backend;
  OpeningRig rig;
  const auto admission = admission_for("127.0.0.1", backend.port());
  const auto opening =
      gateway::open_session(rig.loop(), admission, std::nullopt, [](const protocol::GatewayMessage&) {});
  REQUIRE(opening);
  opening->give_up();
  CHECK(rig.runs_until([&] { return rig.loop().counts().sessions() == 0; }));
  CHECK(rig.loop().sessions().size() == 0);
  CHECK(rig.loop().traffic().sum().opened == 0);
}

TEST_CASE("A session of which nobody can be told is ended, with a word of its own", "[opening]") {
  const EchoBackend backend;
  OpeningRig rig;
  const auto outcome = rig.open(admission_for("127.0.0.1", backend.port()));
  REQUIRE(outcome);
  gateway::end_unclaimed(rig.loop(), std::get<protocol::Admitted>(*outcome), protocol::VhostKey("another host"));
  rig.loop().io().run_for(std::chrono::milliseconds(50));
  CHECK(rig.loop().sessions().size() == 1);
  gateway::end_unclaimed(rig.loop(), std::get<protocol::Admitted>(*outcome), protocol::VhostKey("vh"));
  CHECK(rig.runs_until([&] { return rig.loop().sessions().size() == 0; }));
  CHECK(rig.loop().counts().sessions() == 0);
  CHECK(rig.log_text().find("ended: nobody waited for it") != std::string::npos);
}

TEST_CASE("Whoever throws at every word ends neither the loop nor the next open", "[opening]") {
  const EchoBackend backend;
  OpeningRig rig;
  int told = 0;
  gateway::open_session(rig.loop(), admission_for("127.0.0.1", backend.port()), std::nullopt,
                        [&](const protocol::GatewayMessage&) {
                          ++told;
                          throw_it(Thrown::other);
                        });
  CHECK_NOTHROW(rig.runs_until([&] { return told == 2; }));
  CHECK(told == 2);
  const auto outcome = rig.open(admission_for("127.0.0.1", backend.port()));
  REQUIRE(outcome);
  CHECK(std::holds_alternative<protocol::Admitted>(*outcome));
}

TEST_CASE("A retiring gateway whose last session could not be told to its opener is finished", "[opening]") {
  const EchoBackend backend;
  OpeningRig rig;
  bool threw = false;
  gateway::open_session(rig.loop(), admission_for("127.0.0.1", backend.port()), std::nullopt,
                        [&](const protocol::GatewayMessage&) {
                          if (threw) return;
                          threw = true;
                          rig.loop().retire(); // while the session is in the table
                          throw_it(Thrown::standard);
                        });
  CHECK(rig.runs_until([&] { return rig.loop().finished(); }));
}
