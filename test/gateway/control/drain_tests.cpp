// SPDX-License-Identifier: Apache-2.0
// Media servers taken out of service and back over the control socket.
#include "control_rig.hpp"

#include <boost/json/array.hpp>
#include <catch2/catch.hpp>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using protocol::Done;
using protocol::DrainBackend;

TEST_CASE("A drained media server gets no new session until it is enabled, and keeps those it has", "[control]") {
  ControlRig rig;
  EchoSession session(open_session(rig.client(), admission_to(rig.backend().port())));
  REQUIRE(rig.order<Done>(DrainBackend{rig.address(), true}).found);
  CHECK_THROWS_WITH(open_session(rig.client(), admission_to(rig.backend().port())),
                    Catch::Contains("an administrator has drained it"));
  const auto leg = forwarding_leg(rig.client());
  CHECK_NOTHROW(session.carry(*leg, std::string(3000, 'y')));
  CHECK(rig.backend_status().at("drained") == true);
  CHECK(rig.backend_status().at("sessions") == 1);
  REQUIRE(rig.order<Done>(DrainBackend{rig.address(), false}).found);
  CHECK_NOTHROW(open_session(rig.client(), admission_to(rig.backend().port())));
  CHECK(rig.backend_status().at("drained") == false);
  CHECK(rig.logs("drains " + rig.members().front().url + ": done"));
  CHECK(rig.logs("enables " + rig.members().front().url + ": done"));
}

TEST_CASE("A media server that nobody knows cannot be drained", "[control]") {
  ControlRig rig;
  auto other = rig.address();
  SECTION("another port") {
    ++other.port;
  }
  SECTION("another host") {
    other.host = "evil\nname";
  }
  SECTION("another kind") {
    other.kind = protocol::BackendKind::rtmpt;
  }
  CHECK_FALSE(rig.order<Done>(DrainBackend{other, true}).found);
  CHECK_FALSE(rig.order<Done>(DrainBackend{other, false}).found);
  CHECK(rig.status().at("backends").as_array().size() == 1);
  CHECK(rig.logs(": there is no such media server", 2));
  CHECK_NOTHROW(open_session(rig.client(), admission_to(rig.backend().port())));
}

TEST_CASE("A media server that the configuration does not name is known by its sessions, its failures and its drain",
          "[control]") {
  ControlRig rig;
  EchoBackend added; // as balancer-manager adds one
  {
    EchoSession session(open_session(rig.client(), admission_to(added.port())));
    const auto address = admission_to(added.port()).backend;
    REQUIRE(rig.status().at("backends").as_array().size() == 2);
    const auto backend = rig.backend_status(1);
    CHECK(backend.at("url").as_string() == "rtmp://127.0.0.1:" + std::to_string(added.port()));
    CHECK(backend.at("virtual_host").is_null());
    CHECK(backend.at("balancer").is_null());
    CHECK(backend.at("sessions") == 1);
    REQUIRE(rig.order<Done>(DrainBackend{address, true}).found);
    session.close(*forwarding_leg(rig.client()));
    CHECK(rig.backend_status(1).at("drained") == true);
    REQUIRE(rig.order<Done>(DrainBackend{address, false}).found);
    CHECK(rig.status().at("backends").as_array().size() == 1);
  }
  CHECK_THROWS(open_session(rig.client(), admission_to(1))); // nobody listens there
  CHECK(rig.backend_status(1).at("url").as_string() == "rtmp://127.0.0.1:1");
  CHECK(rig.backend_status(1).at("failures") == 1);
}
