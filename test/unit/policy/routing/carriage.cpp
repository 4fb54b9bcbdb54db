// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/carriage.hpp>

#include <catch2/catch.hpp>

#include <limits>

using namespace rtmpt_proxy::policy;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kHuge = std::numeric_limits<std::size_t>::max();

// Each row: how many threads wait already, how many there are, whether one more may.
struct Load {
  std::size_t holding;
  std::size_t threads;
  bool spare;
};

const Load kLoads[] = {
    {0, 1, true},    {1, 1, false},    {0, 3, true},        {1, 3, false},      {1, 4, true},
    {2, 4, false},   {2, 7, false},    {1, 7, true},        {2, 8, true},       {3, 8, false},
    {25, 100, true}, {26, 100, false}, {6, 25, true},       {7, 25, false},     {100, 64, false},
    {0, 0, true},    {1, 0, false},    {kHuge, 100, false}, {100, kHuge, true}, {kHuge, kHuge, false},
};

} // namespace

TEST_CASE("Only a connection that nobody else can use is taken, and how depends on what lies between", "[carriage]") {
  for (unsigned bits = 0; bits < 16; ++bits) {
    CAPTURE(bits);
    ConnectionFacts facts;
    facts.hand_over_allowed = (bits & 1) != 0;
    facts.http_1_1 = (bits & 2) != 0;
    facts.intermediary_in_sight = (bits & 4) != 0;
    facts.can_be_suspended = (bits & 8) != 0;
    const bool may_be_taken = (bits & 7) == 3;
    for (const Transport transport : {Transport::plain, Transport::relayed}) {
      facts.transport = transport;
      CHECK(choose_way(facts) == (may_be_taken ? Way::handed_over : Way::forwarded));
    }
    facts.transport = Transport::tls;
    CHECK(choose_way(facts) == (may_be_taken && facts.can_be_suspended ? Way::pumped : Way::forwarded));
    facts.transport = Transport::filtered;
    CHECK(choose_way(facts) == Way::forwarded);
  }
  CHECK(choose_way(ConnectionFacts{}) == Way::handed_over);
}

TEST_CASE("A forwarded idle is held while no more than a quarter of the threads hold", "[carriage]") {
  for (const Load& row : kLoads) {
    CAPTURE(row.holding, row.threads);
    CHECK(forwarded_hold(row.holding, row.threads, 500ms) == (row.spare ? 50ms : 0ms));
  }
}

TEST_CASE("A forwarded idle is held no longer than the administrator allows", "[carriage]") {
  CHECK(forwarded_hold(0, 100, 0ms) == 0ms);
  CHECK(forwarded_hold(0, 100, 10ms) == 10ms);
  CHECK(forwarded_hold(0, 100, 50ms) == 50ms);
  CHECK(forwarded_hold(0, 100, 51ms) == 50ms);
  CHECK(forwarded_hold(0, 100, -1ms) == 0ms);
  CHECK(forwarded_hold(26, 100, 10ms) == 0ms);
}

TEST_CASE("A forwarded send may wait longer, with the same regard for the site", "[carriage]") {
  for (const Load& row : kLoads) {
    CAPTURE(row.holding, row.threads);
    CHECK(forwarded_wait(row.holding, row.threads) == (row.spare ? 2000ms : 200ms));
  }
}

TEST_CASE("A pumped stream keeps a connection of httpd, and a forwarded one where it keeps a thread", "[carriage]") {
  for (const bool waits_without_thread : {false, true}) {
    CHECK(keeps_connection_of_httpd(Way::pumped, waits_without_thread));
    CHECK_FALSE(keeps_connection_of_httpd(Way::handed_over, waits_without_thread));
    CHECK(keeps_connection_of_httpd(Way::forwarded, waits_without_thread) == !waits_without_thread);
  }
}
