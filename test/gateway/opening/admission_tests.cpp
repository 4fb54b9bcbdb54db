// An open that fails in the middle leaves nothing behind.
#include "admission.hpp"
#include "echo_backend.hpp"
#include "opening_rig.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;

namespace {

enum class Thrown { standard, other };

[[noreturn]] void throw_it(Thrown thrown) {
  if (thrown == Thrown::standard) throw std::runtime_error("no memory for the answer");
  throw 42; // NOLINT(hicpp-exception-baseclass): the point of it
}

} // namespace

TEST_CASE("A session whose opener cannot be told of it is no session, whatever was thrown", "[opening]") {
  const Thrown thrown = GENERATE(Thrown::standard, Thrown::other);
  CAPTURE(static_cast<int>(thrown));
  const EchoBackend backend;
  OpeningRig rig;
  std::vector<protocol::GatewayMessage> told;
  gateway::open_session(rig.gateway(), admission_for("127.0.0.1", backend.port()), std::nullopt,
                        [&](const protocol::GatewayMessage& outcome) {
                          told.push_back(outcome);
                          if (told.size() == 1) throw_it(thrown);
                        });
  CHECK(rig.gateway().counts().sessions() == 1);
  CHECK(rig.runs_until([&] { return told.size() == 2; }));
  REQUIRE(told.size() == 2);
  CHECK(std::holds_alternative<protocol::Admitted>(told[0]));
  CHECK(refused(told[1]).reason == protocol::Refusal::gateway_full);
  CHECK(rig.gateway().sessions().size() == 0);
  CHECK(rig.runs_until([&] { return rig.gateway().counts().sessions() == 0; }));
  CHECK(rig.runs_until([&] { return rig.gateway().descriptors().used() == 0; }));
  CHECK(rig.log_text().find("RTMPT308: opening a session failed: ") != std::string::npos);
}

TEST_CASE("Whoever throws at every word ends neither the loop nor the next open", "[opening]") {
  const EchoBackend backend;
  OpeningRig rig;
  int told = 0;
  gateway::open_session(rig.gateway(), admission_for("127.0.0.1", backend.port()), std::nullopt,
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
  gateway::open_session(rig.gateway(), admission_for("127.0.0.1", backend.port()), std::nullopt,
                        [&](const protocol::GatewayMessage&) {
                          if (threw) return;
                          threw = true;
                          rig.gateway().retire(); // while the session is in the table
                          throw_it(Thrown::standard);
                        });
  CHECK(rig.runs_until([&] { return rig.gateway().finished(); }));
}
