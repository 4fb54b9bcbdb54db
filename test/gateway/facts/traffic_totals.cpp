// SPDX-License-Identifier: Apache-2.0
#include "test/gateway/status/sample_reports.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::test;

TEST_CASE("Totals of several loops add up, by virtual host and backend", "[traffic_totals]") {
  SessionReport live = sample_session();
  TrafficTotals one;
  one.session_opened(live.record);
  one.add_live(live);
  one.session_refused("www", "backend unreachable");
  TrafficTotals other;
  live.record.backend_url = "rtmp://other";
  live.record.stream.kind = protocol::StreamKind::play;
  other.session_opened(live.record);
  other.add_live(live);
  live.record.backend_url = "rtmp://media:1935";
  live.record.end = policy::SessionEndReason::close;
  other.session_opened(live.record);
  other.session_ended(live.record);
  other.session_refused("www", "backend unreachable");

  one.add(other);
  REQUIRE(one.by_backend().size() == 2);
  const Traffic& media = one.by_backend().at({"www.example.com", "rtmp://media:1935"});
  CHECK(media.opened == 2);
  CHECK(media.publishing == 1);
  CHECK(media.playing == 0);
  CHECK(media.received_bytes == 2'000'000);
  CHECK(media.ended.at(policy::SessionEndReason::close) == 1);
  const Traffic all = one.sum();
  CHECK(all.opened == 3);
  CHECK(all.playing == 1);
  CHECK(all.requests == 36);
  CHECK(all.rates.receiving == 2'000'000);
  CHECK(one.refusals().at({"www", "backend unreachable"}) == 2);
}
