// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/refusals.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::protocol::Refusal;
using rtmpt_proxy::protocol::TargetError;

TEST_CASE("A backend is blamed for its own failures alone", "[refusals]") {
  CHECK(fault_of(Refusal::backend_unreachable) == OpenFault::of_backend);
  CHECK(fault_of(Refusal::backend_timeout) == OpenFault::of_backend);
  CHECK(fault_of(Refusal::backend_drained) == OpenFault::of_backend);
  CHECK(fault_of(Refusal::backend_not_tried) == OpenFault::backend_untested);
  CHECK(fault_of(Refusal::too_many_sessions) == OpenFault::limit);
  CHECK(fault_of(Refusal::too_many_sessions_of_client) == OpenFault::limit);
  CHECK(fault_of(Refusal::too_many_viewers) == OpenFault::limit);
  CHECK(fault_of(Refusal::gateway_full) == OpenFault::gateway_full);
  CHECK(fault_of(Refusal::gateway_retiring) == OpenFault::gateway);
  CHECK(fault_of(Refusal::client_gone) == OpenFault::client);
}

TEST_CASE("A bad body has a status of its own", "[refusals]") {
  CHECK(status_of(BodyEnd::too_large) == 413);
  CHECK(status_of(BodyEnd::too_slow) == 408);
  for (const BodyEnd end : {BodyEnd::cut, BodyEnd::malformed, BodyEnd::changed})
    CHECK(status_of(end) == 400);
  for (const BodyEnd end : {BodyEnd::not_yet, BodyEnd::whole, BodyEnd::answered})
    CHECK(status_of(end) == 200);
}

TEST_CASE("A body is bad when it ended and is not whole", "[refusals]") {
  CHECK_FALSE(is_bad(BodyEnd::not_yet));
  CHECK_FALSE(is_bad(BodyEnd::whole));
  for (const BodyEnd end :
       {BodyEnd::cut, BodyEnd::malformed, BodyEnd::too_slow, BodyEnd::too_large, BodyEnd::changed, BodyEnd::answered})
    CHECK(is_bad(end));
}

TEST_CASE("A session that does not exist counts for more than a bad body", "[refusals]") {
  CHECK(status_of_bad_body(BodyEnd::cut, 404) == 404);
  CHECK(status_of_bad_body(BodyEnd::too_large, 404) == 404);
  CHECK(status_of_bad_body(BodyEnd::too_large, 200) == 413);
  CHECK(status_of_bad_body(BodyEnd::cut, 503) == 400);
  CHECK(status_of_bad_body(BodyEnd::answered, 404) == 200);
}

TEST_CASE("A target that is none of RTMPT's is not found, and a bad one is a bad request", "[refusals]") {
  CHECK(status_of(TargetError::none) == 200);
  CHECK(status_of(TargetError::not_a_tunnel_target) == 404);
  CHECK(status_of(TargetError::too_long) == 400);
  CHECK(status_of(TargetError::bad_sequence_number) == 400);
}
