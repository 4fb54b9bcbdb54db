// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;
using namespace std::string_literals;

namespace {

struct Written {
  std::string text;
  std::string canonical;
  bool is_v4;
};

struct Row {
  std::string text;
  std::string reason;
};

struct WithPort {
  std::string text;
  std::string address;
  std::uint16_t port;
};

const std::string kLongest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"; // 39 characters
const std::string kTooLong = "0000:0000:0000:0000:0000:1234:255.255.255.255";

} // namespace

TEST_CASE("An address has one text whichever way it was written", "[ip_address]") {
  const Written table[] = {
      {"192.0.2.1", "192.0.2.1", true},
      {"0.0.0.0", "0.0.0.0", true},
      {"255.255.255.255", "255.255.255.255", true},
      {"::", "::", false},
      {"::1", "::1", false},
      {"1::", "1::", false},
      {"2001:DB8::A", "2001:db8::a", false}, // lower case: RFC 5952 4.3
      {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1", false},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", false}, // one group is not shortened: 4.2.2
      {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1", false},  // nor kept short
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1", false},          // the longest run: 4.2.3
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", false},    // of equal ones the first
      {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::", false},
      {"0:0:3:4:5:6:7:8", "::3:4:5:6:7:8", false},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", false},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8", false},
      {kLongest, kLongest, false},
      {"::ffff:192.0.2.1", "192.0.2.1", true}, // an IPv4 client on an IPv6 socket
      {"::FFFF:c000:201", "192.0.2.1", true},
      {"0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1", true},
      {"0000:0000:0000:0000:0000:ffff:255.255.255.255", "255.255.255.255", true}, // the longest text there is
      {"::192.0.2.1", "::c000:201", false},                                       // IPv4-compatible is IPv6
      {"::fffe:192.0.2.1", "::fffe:c000:201", false},
      {"64:ff9b::192.0.2.1", "64:ff9b::c000:201", false},
  };
  for (const Written& row : table) {
    INFO(row.text);
    const std::optional<IpAddress> address = parse_ip_address(row.text);
    REQUIRE(address);
    CHECK(address->is_v4() == row.is_v4);
    CHECK(address->bytes().size() == (row.is_v4 ? 4 : 16));
    CHECK(to_text(*address).view() == row.canonical);
    CHECK(to_text(*address).c_str() == row.canonical);
    CHECK(parse_ip_address(row.canonical) == address);
  }
}

TEST_CASE("What is not exactly an address is none", "[ip_address]") {
  const Row table[] = {
      {"", "nothing"},
      {" 192.0.2.1", "a blank in front"},
      {"192.0.2.1 ", "a blank behind"},
      {"192.0.2.1\n", "a line end"},
      {"192.0.2.1\0"s, "a NUL behind"},
      {"192.0.2.1\0.evil"s, "text behind a NUL"},
      {"::1\0"s, "a NUL behind IPv6"},
      {"192.0.2", "three numbers: inet_aton takes it"},
      {"192.2", "two numbers"},
      {"3221225985", "an integer"},
      {"0xc0000201", "a hexadecimal integer"},
      {"0xc0.0.2.1", "a hexadecimal number"},
      {"010.0.0.5", "octal for 8.0.0.5 to inet_aton, 10.0.0.5 to others"},
      {"10.0.0.05", "a leading zero"},
      {"10.0.0.00", "a leading zero"},
      {"256.0.0.1", "over 255"},
      {"10.0.0.-1", "a sign"},
      {"+10.0.0.1", "a sign"},
      {"10.0.0.1.", "a fifth part"},
      {"10.0.0.1.2", "a fifth part"},
      {"10..0.1", "an empty part"},
      {".10.0.1", "an empty part"},
      {"10.0.0.1/32", "a network"},
      {"10.0.0.1:80", "a port"},
      {"localhost", "a name"},
      {"1.example", "a name"},
      {"unknown", "a word"},
      {"[::1]", "brackets"},
      {"::1%lo", "a zone"},
      {"fe80::1%1", "a zone"},
      {":", "a colon"},
      {":::", "three colons"},
      {"1::2::3", "two runs"},
      {"1:2:3:4:5:6:7", "seven groups"},
      {"1:2:3:4:5:6:7:8:9", "nine groups"},
      {"1::2:3:4:5:6:7:8", "a run of nothing"},
      {":1:2:3:4:5:6:7:8", "a colon in front"},
      {"1:2:3:4:5:6:7:8:", "a colon behind"},
      {"12345::", "five digits"},
      {"00001::", "five digits, zeros among them"},
      {"g::", "no hexadecimal digit"},
      {"::1.2.3", "a short IPv4 part"},
      {"::ffff:010.0.0.5", "a leading zero in the IPv4 part"},
      {"::ffff:1.2.3.4:1", "an IPv4 part that is not the last"},
      {"1.2.3.4::", "an IPv4 part in front"},
      {kTooLong + "0", "more than the longest address"},
      {std::string(8192, '1'), "8 kB"},
      {std::string(8192, ':'), "8 kB"},
  };
  for (const Row& row : table) {
    INFO(row.text << ": " << row.reason);
    CHECK_FALSE(parse_ip_address(row.text));
  }
  CHECK(parse_ip_address(kTooLong)); // one character less is an address
}

TEST_CASE("Addresses come from the bytes of the network", "[ip_address]") {
  const std::array<std::uint8_t, 4> v4{192, 0, 2, 1};
  const std::array<std::uint8_t, 16> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
  const std::array<std::uint8_t, 16> v6{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  const IpAddress from_v4{std::span(v4)}, from_mapped{std::span(mapped)}, from_v6{std::span(v6)};
  CHECK(from_v4 == parse_ip_address("192.0.2.1"));
  CHECK(from_mapped == from_v4);
  CHECK(from_v6 == parse_ip_address("2001:db8::1"));
  CHECK_FALSE(from_v6 == from_v4);
  CHECK(std::equal(v4.begin(), v4.end(), from_mapped.bytes().begin(), from_mapped.bytes().end()));
  CHECK(from_v4.v6_bytes() == mapped);
  CHECK(from_v6.v6_bytes() == v6);
  CHECK(to_text(IpAddress()).view() == "::");
}

TEST_CASE("A port is a decimal number of sixteen bits with one spelling", "[ip_address]") {
  CHECK(parse_port("0") == 0);
  CHECK(parse_port("1") == 1);
  CHECK(parse_port("80") == 80);
  CHECK(parse_port("65535") == 65535);
  for (const std::string& text : {""s, "00"s, "080"s, "65536"s, "99999"s, "100000"s, "4294967376"s, "+80"s, "-1"s,
                                  " 80"s, "80 "s, "0x50"s, "8 0"s, "80\0"s, "http"s, std::string(8192, '9')}) {
    INFO(text);
    CHECK_FALSE(parse_port(text));
  }
}

TEST_CASE("Intermediaries write addresses with and without a port", "[ip_address]") {
  const WithPort table[] = {
      {"192.0.2.1", "192.0.2.1", 0},
      {"192.0.2.1:1", "192.0.2.1", 1},
      {"192.0.2.1:65535", "192.0.2.1", 65535},
      {"2001:db8::1", "2001:db8::1", 0},
      {"2001:db8::1:80", "2001:db8::1:80", 0}, // without brackets the last group is no port
      {"[2001:db8::1]", "2001:db8::1", 0},
      {"[2001:DB8::1]:443", "2001:db8::1", 443},
      {"::ffff:192.0.2.1", "192.0.2.1", 0},
      {"[::ffff:192.0.2.1]:443", "192.0.2.1", 443},
      {"[0000:0000:0000:0000:0000:ffff:255.255.255.255]:65535", "255.255.255.255", 65535}, // the longest there is
  };
  for (const WithPort& row : table) {
    INFO(row.text);
    const std::optional<Endpoint> endpoint = parse_endpoint(row.text);
    REQUIRE(endpoint);
    CHECK(to_text(endpoint->address).view() == row.address);
    CHECK(endpoint->port == row.port);
  }
}

TEST_CASE("An address with a bad port or bad brackets is none", "[ip_address]") {
  const Row table[] = {
      {"", "nothing"},
      {":80", "a port alone"},
      {"192.0.2.1:", "a colon without a port"},
      {"192.0.2.1:0", "port 0"},
      {"192.0.2.1:65536", "over 65535"},
      {"192.0.2.1:080", "a leading zero"},
      {"192.0.2.1:80:80", "two ports"},
      {"192.0.2.1:http", "a name"},
      {"192.0.2.1 :80", "a blank"},
      {"[192.0.2.1]", "brackets around IPv4"},
      {"[192.0.2.1]:80", "brackets around IPv4"},
      {"[192.0.2.1:80]", "a port within the brackets"},
      {"[]", "empty brackets"},
      {"[]:80", "empty brackets"},
      {"[", "an open bracket"},
      {"]", "a closing bracket"},
      {"[::1", "an open bracket"},
      {"::1]", "a closing bracket"},
      {"[[::1]]", "two brackets"},
      {"[::1]80", "no colon"},
      {"[::1]:", "a colon without a port"},
      {"[::1]:0", "port 0"},
      {"[::1]:65536", "over 65535"},
      {"[::1] :80", "a blank"},
      {"[::1%lo]:80", "a zone"},
      {"[0000:0000:0000:0000:0000:ffff:255.255.255.255]:655350", "more than the longest"},
      {"[" + std::string(8192, ':'), "8 kB"},
      {"[::1]:" + std::string(8192, '0') + "1", "8 kB of zeros"},
  };
  for (const Row& row : table) {
    INFO(row.text << ": " << row.reason);
    CHECK_FALSE(parse_endpoint(row.text));
  }
}
