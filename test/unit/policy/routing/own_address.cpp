// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/own_address.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::protocol::Endpoint;
using rtmpt_proxy::protocol::parse_ip_address;

namespace {

Endpoint at(const char* address, std::uint16_t port) {
  return {*parse_ip_address(address), port};
}

} // namespace

TEST_CASE("A listener on all addresses makes each address of the machine an own one", "[own_address]") {
  for (const char* const any : {"0.0.0.0", "::"}) {
    const OwnAddresses own{{at(any, 80)}, {*parse_ip_address("192.0.2.7"), *parse_ip_address("2001:db8::7")}, {}};
    for (const char* const host : {"192.0.2.7", "2001:db8::7", "127.0.0.1", "127.0.1.1", "::1", "localhost", "0.0.0.0"})
      CHECK(is_own_address(host, 80, own));
    CHECK_FALSE(is_own_address("192.0.2.8", 80, own));
    CHECK_FALSE(is_own_address("192.0.2.7", 1935, own));
  }
}

TEST_CASE("A listener on one address makes that one an own one", "[own_address]") {
  const OwnAddresses own{{at("192.0.2.7", 80)}, {*parse_ip_address("192.0.2.7"), *parse_ip_address("192.0.2.9")}, {}};
  CHECK(is_own_address("192.0.2.7", 80, own));
  CHECK_FALSE(is_own_address("192.0.2.9", 80, own));
  CHECK_FALSE(is_own_address("localhost", 80, own));
  CHECK(is_own_address("localhost", 80, {{at("127.0.0.1", 80)}, {}, {}}));
}

TEST_CASE("A virtual host's name is an own one at a port where httpd listens", "[own_address]") {
  const OwnAddresses own{{at("192.0.2.7", 80)}, {}, {"live.example.org"}};
  CHECK(is_own_address("live.example.org", 80, own));
  CHECK(is_own_address("LIVE.example.ORG", 80, own));
  CHECK_FALSE(is_own_address("live.example.org", 1935, own));
  CHECK_FALSE(is_own_address("media.example.org", 80, own));
  CHECK_FALSE(is_own_address("live.example.org", 80, {{}, {}, {"live.example.org"}}));
}
