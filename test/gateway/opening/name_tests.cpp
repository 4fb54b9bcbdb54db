// SPDX-License-Identifier: Apache-2.0
// Opens whose media server has a name: in an outage of the name servers nobody waits for others, and no server is
// blamed.
#include "gateway/doors/admission.hpp"
#include "opening_rig.hpp"
#include "slow_names.hpp"
#include "test/gateway/loops/echo_backend.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::Refusal;
using std::chrono::steady_clock;

namespace {

gateway::NameRules rules_of(const SlowNames& names) {
  gateway::NameRules rules;
  rules.look_up = names.look_up();
  return rules;
}

bool admitted(const std::optional<protocol::GatewayMessage>& outcome) {
  return outcome && std::holds_alternative<protocol::Admitted>(*outcome);
}

} // namespace

TEST_CASE("A name that cannot be resolved at present is no fault of its server, one that does not exist is",
          "[opening]") {
  SlowNames names;
  names.answer("media", failed("Temporary failure in name resolution"));
  names.answer("gone", no_such_name());
  OpeningRig rig(rules_of(names));
  const auto spared = refused(rig.open(admission_for("media", 1935)));
  CHECK(spared.reason == Refusal::backend_not_tried);
  CHECK(spared.detail == "the name 'media' cannot be resolved at present: Temporary failure in name resolution");
  CHECK(rig.loop().counts().failures_at({protocol::BackendKind::rtmp, "media", 1935}) == 0);
  const auto blamed = refused(rig.open(admission_for("gone", 1935)));
  CHECK(blamed.reason == Refusal::backend_unreachable);
  CHECK(blamed.detail == "the name 'gone' cannot be resolved: Name or service not known");
  CHECK(rig.loop().counts().failures_at({protocol::BackendKind::rtmp, "gone", 1935}) == 1);
}

TEST_CASE("A lookup that does not come back holds its own opens for their time, and nobody else's", "[opening]") {
  const EchoBackend backend;
  SlowNames names;
  names.answer("media", found("127.0.0.1"));
  for (const char* const name : {"lost1", "lost2", "lost3"})
    names.hold(name);
  OpeningRig rig(rules_of(names));
  std::vector<protocol::GatewayMessage> told;
  for (const char* const name : {"lost1", "lost1", "lost1", "lost2", "lost3"}) {
    protocol::Admission admission = admission_for(name, backend.port());
    admission.connect_timeout = 3s;
    gateway::open_session(rig.loop(), admission, std::nullopt,
                          [&told](const protocol::GatewayMessage& outcome) { told.push_back(outcome); });
  }
  const auto began = steady_clock::now();
  CHECK(rig.runs_until([&] { return names.under_way() == 3; }));
  CHECK(admitted(rig.open(admission_for("127.0.0.1", backend.port()))));
  CHECK(admitted(rig.open(admission_for("media", backend.port()))));
  CHECK(told.empty()); // those still wait
  CHECK(rig.runs_until([&] { return told.size() == 5; }));
  CHECK(steady_clock::now() - began < 12s); // at once: one behind the other takes 15 s
  for (const auto& outcome : told) {
    CHECK(refused(outcome).reason == Refusal::backend_not_tried);
    CHECK(refused(outcome).detail.find("at present: no name server answers in time") != std::string::npos);
  }
  CHECK(names.lookups("lost1") == 1);
  CHECK(names.under_way() == 3); // no call was broken off
  names.let_go();
}

TEST_CASE("In an outage a name that was resolved before goes on being served, soon", "[opening]") {
  const EchoBackend backend;
  SlowNames names;
  names.answer("media", found("127.0.0.1"));
  gateway::NameRules rules = rules_of(names);
  rules.found_life = 0ms; // each open looks again
  OpeningRig rig(rules);
  CHECK(admitted(rig.open(admission_for("media", backend.port()))));
  SECTION("whose servers fail") {
    names.answer("media", failed("Temporary failure in name resolution"));
    CHECK(admitted(rig.open(admission_for("media", backend.port()))));
  }
  SECTION("whose servers say nothing") {
    names.hold("media");
    const auto began = steady_clock::now();
    CHECK(admitted(rig.open(admission_for("media", backend.port()))));
    CHECK(steady_clock::now() - began < 9s); // of the ten that it has
    names.let_go();
  }
  CHECK(names.lookups("media") == 2);
}
