// SPDX-License-Identifier: Apache-2.0
// What load balancers are told of a virtual host.
#include <rtmpt_proxy/policy/routing/stream_health.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;

TEST_CASE("A virtual host is well when the gateway answers and a media server takes sessions") {
  struct Case {
    HealthFacts facts;
    HealthFault fault;
    std::string reason;
  };
  const Case cases[] = {
      {{true, "", 1, 1}, HealthFault::none, ""},
      {{true, "", 4, 1}, HealthFault::none, ""},
      {{false, "", 0, {}}, HealthFault::no_streams, "this virtual host carries no streams"},
      {{true, "rtmpt-gateway does not answer", 1, {}}, HealthFault::gateway, "rtmpt-gateway does not answer"},
      {{true, "rtmpt-gateway: cannot run '/x'", 1, {}}, HealthFault::gateway, "rtmpt-gateway does not run"},
      {{true, "", 1, {}}, HealthFault::gateway, "rtmpt-gateway does not tell of its media servers"},
      {{true, "", 1, 0}, HealthFault::backends, "the media server takes no new session"},
      {{true, "", 3, 0}, HealthFault::backends, "none of 3 media servers takes a new session"},
      {{true, "", 0, {}}, HealthFault::backends, "there is no media server"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.reason);
    const Health health = health_of(one.facts);
    CHECK(health.fault == one.fault);
    CHECK(health.reason == one.reason);
  }
}

TEST_CASE("The number of usable media servers is read strictly") {
  CHECK(usable_backends_in("RtmptSessions: 3\nRtmptUsableBackends: 2\n") == 2u);
  CHECK(usable_backends_in("RtmptUsableBackends: 0\nMore: 1\n") == 0u);
  for (const char* const text : {"", "\n", "RtmptSessions: 3\n", "RtmptUsableBackends: \n", "RtmptUsableBackends: -1\n",
                                 "RtmptUsableBackends: 1x\n", "RtmptUsableBackends: 99999999999999999999\n",
                                 "XRtmptUsableBackends: 1\n", "RtmptUsableBackends:1\n"}) {
    CAPTURE(text);
    CHECK_FALSE(usable_backends_in(text));
  }
}
