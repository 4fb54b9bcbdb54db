// SPDX-License-Identifier: Apache-2.0
// What is left of an address that must not be told whole.
#include <rtmpt_proxy/policy/logs/short_address.hpp>

#include <catch2/catch.hpp>

using rtmpt_proxy::policy::short_address;

namespace {

struct Case {
  const char* whole;
  const char* expected;
};

constexpr Case kCases[] = {
    {"203.0.113.77", "203.0.113.0"},
    {"203.0.113.0", "203.0.113.0"},
    {"255.255.255.255", "255.255.255.0"},
    {"127.0.0.1", "127.0.0.0"},
    {"::ffff:203.0.113.77", "203.0.113.0"}, // IPv4, however it came
    {"2001:db8:4f2:10:1:2:3:4", "2001:db8:4f2::"},
    {"2001:DB8:4F2::A7", "2001:db8:4f2::"},
    {"2001:db8::1", "2001:db8::"},
    {"::1", "::"},
    {"64:ff9b::203.0.113.77", "64:ff9b::"},      // NAT64
    {"2002:cb00:714d:1::1", "2002:cb00:7100::"}, // 6to4: 203.0.113.77 begins at its third byte
    {"fe80::1:2:3:4%eth0", "fe80::"},
    {"203.0.113.77%1", "203.0.113.0"},
    {"", "-"},
    {"%", "-"},
    {"localhost", "-"},
    {"203.0.113", "-"},
    {"203.0.113.77:80", "-"},
    {"[2001:db8::1]", "-"},
    {"/run/socket", "-"},
};

} // namespace

TEST_CASE("Of an address the network is told") {
  for (const Case& one : kCases) {
    CAPTURE(one.whole);
    CHECK(short_address(one.whole) == one.expected);
    CHECK(short_address(short_address(one.whole)) == one.expected);
  }
}
