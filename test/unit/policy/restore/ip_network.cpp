// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/restore/ip_network.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::protocol::parse_ip_address;
using rtmpt_proxy::protocol::to_text;
using Error = NetworkError;

namespace {

struct Good {
  std::string text;
  std::string first_address;
  unsigned prefix_bits;
};

struct Bad {
  std::string text;
  Error error;
};

struct Member {
  std::string network;
  std::string address;
  bool is_member;
};

IpAddress address(const std::string& text) {
  const std::optional<IpAddress> parsed = parse_ip_address(text);
  REQUIRE(parsed);
  return *parsed;
}

IpNetwork network(const std::string& text) {
  const NetworkResult result = parse_ip_network(text);
  REQUIRE(to_string(result.error) == to_string(Error::none));
  return result.network;
}

} // namespace

TEST_CASE("A trusted proxy is an address, a prefix or an address with a mask", "[ip_network]") {
  const Good table[] = {
      {"192.0.2.1", "192.0.2.1", 32},
      {"192.0.2.1/32", "192.0.2.1", 32},
      {"192.0.2.0/24", "192.0.2.0", 24},
      {"192.0.2.7/24", "192.0.2.0", 24}, // host bits: as mod_authz_host
      {"10.255.255.255/1", "0.0.0.0", 1},
      {"255.0.0.0/1", "128.0.0.0", 1},
      {"192.0.2.7/31", "192.0.2.6", 31},
      {"192.0.2.7/255.255.255.0", "192.0.2.0", 24},
      {"192.0.2.7/255.255.255.255", "192.0.2.7", 32},
      {"192.0.2.7/128.0.0.0", "128.0.0.0", 1},
      {"10.9.8.7/255.254.0.0", "10.8.0.0", 15},
      {"2001:db8::1", "2001:db8::1", 128},
      {"2001:DB8::1/128", "2001:db8::1", 128},
      {"2001:db8:ffff::1/33", "2001:db8:8000::", 33},
      {"8000::/1", "8000::", 1},
      {"::/1", "::", 1},
      {"::ffff:192.0.2.1", "192.0.2.1", 32},
      {"::ffff:192.0.2.7/120", "192.0.2.0", 24},
      {"::ffff:192.0.2.7/97", "128.0.0.0", 1},
  };
  for (const Good& row : table) {
    INFO(row.text);
    const NetworkResult result = parse_ip_network(row.text);
    CHECK(to_string(result.error) == to_string(Error::none));
    CHECK(to_text(result.network.address()).view() == row.first_address);
    CHECK(result.network.prefix_bits() == row.prefix_bits);
    CHECK(result.network.contains(address(row.first_address)));
  }
}

TEST_CASE("Text that is no network gets the error that says why", "[ip_network]") {
  const Bad table[] = {
      {"", Error::bad_address},
      {"/24", Error::bad_address},
      {"localhost", Error::bad_address},
      {"proxy.example/24", Error::bad_address},
      {"10.1", Error::bad_address}, // mod_authz_host takes it
      {"10.0.0.0/8/8", Error::bad_prefix},
      {"010.0.0.0/8", Error::bad_address},
      {"10.0.0.1:80", Error::bad_address},
      {"[::1]", Error::bad_address},
      {" 10.0.0.1", Error::bad_address},
      {"10.0.0.1,10.0.0.2", Error::bad_address},
      {"fe80::1%lo", Error::bad_address},
      {"10.0.0.0/", Error::bad_prefix},
      {"10.0.0.0/33", Error::bad_prefix},
      {"10.0.0.0/08", Error::bad_prefix},
      {"10.0.0.0/-1", Error::bad_prefix},
      {"10.0.0.0/+8", Error::bad_prefix},
      {"10.0.0.0/ 8", Error::bad_prefix},
      {"10.0.0.0/8 ", Error::bad_prefix},
      {"10.0.0.0/0x8", Error::bad_prefix},
      {"10.0.0.0/4294967304", Error::bad_prefix}, // 8 in 32 bits
      {"::1/129", Error::bad_prefix},
      {"::ffff:10.0.0.0/95", Error::bad_prefix},
      {"::ffff:10.0.0.0/8", Error::bad_prefix},
      {"::ffff:10.0.0.0/129", Error::bad_prefix},
      {"10.0.0.0/255.0.255.0", Error::bad_mask}, // mod_authz_host takes it
      {"10.0.0.0/0.255.255.255", Error::bad_mask},
      {"10.0.0.0/255.255.255.1", Error::bad_mask},
      {"10.0.0.0/255.0.0", Error::bad_mask},
      {"10.0.0.0/255.0.0.00", Error::bad_mask},
      {"10.0.0.0/255.0.0.256", Error::bad_mask},
      {"10.0.0.0/ffff::", Error::bad_mask},
      {"10.0.0.0/::ffff:255.0.0.0", Error::bad_mask},
      {"2001:db8::/ffff:ffff::", Error::bad_mask},
      {"2001:db8::/255.0.0.0", Error::bad_mask},
      {"::ffff:10.0.0.0/255.0.0.0", Error::bad_mask},
      {"0.0.0.0/0", Error::all_addresses},
      {"10.0.0.1/0", Error::all_addresses},
      {"10.0.0.1/0.0.0.0", Error::all_addresses},
      {"::/0", Error::all_addresses},
      {"::ffff:0.0.0.0/96", Error::all_addresses},
  };
  for (const Bad& row : table) {
    INFO(row.text);
    CHECK(to_string(parse_ip_network(row.text).error) == to_string(row.error));
  }
}

TEST_CASE("A network has the addresses that begin with its bits, and no others", "[ip_network]") {
  const Member table[] = {
      {"192.0.2.1", "192.0.2.1", true},
      {"192.0.2.1", "192.0.2.2", false},
      {"192.0.2.1", "::ffff:192.0.2.1", true},
      {"192.0.2.0/24", "192.0.2.0", true},
      {"192.0.2.0/24", "192.0.2.255", true},
      {"192.0.2.0/24", "192.0.1.255", false},
      {"192.0.2.0/24", "192.0.3.0", false},
      {"10.0.0.0/8", "10.255.255.255", true},
      {"10.0.0.0/8", "11.0.0.0", false},
      {"10.0.0.0/8", "a00::", false},
      {"192.0.2.128/25", "192.0.2.127", false},
      {"192.0.2.128/25", "192.0.2.128", true},
      {"2001:db8::/32", "2001:db8::", true},
      {"2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", true},
      {"2001:db8::/32", "2001:db9::", false},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"::/1", "::1", true},
      {"::/1", "8000::", false},
      {"::/1", "10.0.0.1", false}, // an IPv4 address is in no IPv6 network, although ::ffff:10.0.0.1 begins so
      {"::/64", "::ffff:10.0.0.1", false},
      {"0.0.0.0/1", "::1", false},
      {"::1", "0.0.0.1", false},
      {"::1", "::1", true},
  };
  for (const Member& row : table) {
    INFO(row.address << " in " << row.network);
    CHECK(network(row.network).contains(address(row.address)) == row.is_member);
  }
}

TEST_CASE("Every prefix length splits the addresses at its bit", "[ip_network]") {
  std::size_t checked = 0;
  for (unsigned bits = 1; bits <= 128; ++bits) {
    std::array<std::uint8_t, 16> bytes{};
    bytes.fill(0x5a);
    const IpAddress base{std::span(bytes)};
    const IpNetwork within(base, bits);
    for (unsigned flipped = 0; flipped < 128; ++flipped) {
      std::array<std::uint8_t, 16> other = bytes;
      other[flipped / 8] ^= static_cast<std::uint8_t>(0x80u >> flipped % 8);
      if (within.contains(IpAddress{std::span(other)}) != (flipped >= bits)) FAIL("bit " << flipped << " of " << bits);
      ++checked;
    }
  }
  CHECK(checked == 128 * 128);
}

TEST_CASE("A list trusts whom any of its networks has, and nobody when it is empty", "[ip_network]") {
  TrustedProxies trusted;
  CHECK(trusted.empty());
  CHECK_FALSE(trusted.contains(address("127.0.0.1")));
  CHECK_FALSE(trusted.contains(IpAddress()));
  trusted.add(network("10.0.0.0/8"));
  trusted.add(network("2001:db8::1"));
  CHECK_FALSE(trusted.empty());
  CHECK(trusted.contains(address("10.1.2.3")));
  CHECK(trusted.contains(address("::ffff:10.1.2.3")));
  CHECK(trusted.contains(address("2001:db8::1")));
  CHECK_FALSE(trusted.contains(address("2001:db8::2")));
  CHECK_FALSE(trusted.contains(address("127.0.0.1")));
}

TEST_CASE("Each error of a network has words of its own", "[ip_network]") {
  std::set<std::string_view> words;
  for (const Error error : {Error::none, Error::bad_address, Error::bad_prefix, Error::bad_mask, Error::all_addresses})
    words.insert(to_string(error));
  CHECK(words.size() == 5);
  CHECK(words.count("an unknown error") == 0);
}
