// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/publisher_identity.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;

TEST_CASE("A stream goes over to the same user, or without a user to the same address", "[publisher identity]") {
  struct Row {
    PublisherIdentity holder;
    PublisherIdentity newcomer;
    bool may;
  };
  for (const Row& row : {
           Row{{"alice", "192.0.2.1"}, {"alice", "192.0.2.1"}, true},
           {{"alice", "192.0.2.1"}, {"alice", "203.0.113.9"}, true},
           {{"alice", "192.0.2.1"}, {"bob", "192.0.2.1"}, false},
           {{"alice", "192.0.2.1"}, {"", "192.0.2.1"}, false},
           {{"", "192.0.2.1"}, {"", "192.0.2.1"}, true},
           {{"", "192.0.2.1"}, {"bob", "192.0.2.1"}, true},
           {{"", "192.0.2.1"}, {"", "192.0.2.2"}, false},
           {{"", "192.0.2.1"}, {"bob", "192.0.2.2"}, false},
           {{"", "2001:db8::/64"}, {"", "2001:db8::/64"}, true},
           {{"", ""}, {"", ""}, false},
       }) {
    CAPTURE(row.holder.user, row.holder.address, row.newcomer.user, row.newcomer.address);
    CHECK(may_take_over(row.holder, row.newcomer) == row.may);
  }
}
