// SPDX-License-Identifier: Apache-2.0
#include "proxy_header_samples.hpp"

#include <rtmpt_proxy/protocol/proxy/client_preamble.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;

namespace {

struct Row {
  ProxiedConnection connection;
  std::string v1;
  std::string v2;
};

const std::string kMappedSource("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\x02\x01", 16);
const std::string kIpv6Destination = ipv6_block().substr(16, 16);
const std::string kPorts = ipv6_block().substr(32);
const std::string kAllOnes = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

} // namespace

TEST_CASE("A backend is told of the client's connection in either version of the PROXY protocol", "[client_preamble]") {
  const Row table[] = {
      {proxied("192.0.2.1", 4711, "198.51.100.2", 80), "PROXY TCP4 192.0.2.1 198.51.100.2 4711 80\r\n",
       proxy_v2(0x21, 0x11, ipv4_block())},
      {proxied("2001:db8::1", 4711, "2001:db8::2", 80), "PROXY TCP6 2001:db8::1 2001:db8::2 4711 80\r\n",
       proxy_v2(0x21, 0x21, ipv6_block())},
      {proxied("192.0.2.1", 4711, "2001:db8::2", 80), "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 4711 80\r\n",
       proxy_v2(0x21, 0x21, kMappedSource + kIpv6Destination + kPorts)},
      {proxied("2001:db8::2", 4711, "192.0.2.1", 80), "PROXY TCP6 2001:db8::2 ::ffff:192.0.2.1 4711 80\r\n",
       proxy_v2(0x21, 0x21, kIpv6Destination + kMappedSource + kPorts)},
      {proxied("0.0.0.0", 0, "0.0.0.0", 0), "PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n",
       proxy_v2(0x21, 0x11, std::string(12, '\0'))},
      {proxied(kAllOnes, 65535, kAllOnes, 65535), "PROXY TCP6 " + kAllOnes + " " + kAllOnes + " 65535 65535\r\n",
       proxy_v2(0x21, 0x21, std::string(36, '\xff'))},
  };
  for (const Row& row : table) {
    INFO(row.v1);
    CHECK(encode_proxy_v1(row.connection) == row.v1);
    CHECK(encode_proxy_v2(row.connection) == row.v2);
    CHECK(row.v1.size() <= kMaxProxyV1Bytes);
    for (const std::string& bytes : {row.v1, row.v2}) {
      ProxyHeaderReader reader;
      CHECK(reader.feed(bytes).error == ProxyHeaderError::none);
      CHECK(reader.header().connection == row.connection);
      CHECK_FALSE(reader.header().local);
    }
  }
}

TEST_CASE("SRS is told of an IPv4 client and of no other", "[client_preamble]") {
  CHECK(encode_srs_preamble(*parse_ip_address("192.0.2.1")) == "\xf3\0\x04\xc0\0\x02\x01"s);
  CHECK(encode_srs_preamble(*parse_ip_address("::ffff:255.255.255.255")) == "\xf3\0\x04\xff\xff\xff\xff"s);
  CHECK(encode_srs_preamble(*parse_ip_address("2001:db8::1")).empty());
  CHECK(encode_srs_preamble(*parse_ip_address("::192.0.2.1")).empty());
}

TEST_CASE("X-Forwarded-For has the address alone", "[client_preamble]") {
  CHECK(x_forwarded_for(*parse_ip_address("192.0.2.1")) == "192.0.2.1");
  CHECK(x_forwarded_for(*parse_ip_address("::ffff:192.0.2.1")) == "192.0.2.1");
  CHECK(x_forwarded_for(*parse_ip_address("2001:DB8:0::1")) == "2001:db8::1");
}

TEST_CASE("An RTMP server gets in front of the stream what was chosen, and nothing where there is no form for it",
          "[client_preamble]") {
  const ProxiedConnection v4 = proxied("192.0.2.1", 4711, "198.51.100.2", 80);
  const ProxiedConnection v6 = proxied("2001:db8::1", 0, "2001:db8::2", 80);
  for (const ProxiedConnection& connection : {v4, v6}) {
    CHECK(client_preamble(ClientForwarding::none, connection).empty());
    CHECK(client_preamble(ClientForwarding::x_forwarded_for, connection).empty());
    CHECK(client_preamble(ClientForwarding::proxy_v1, connection) == encode_proxy_v1(connection));
    CHECK(client_preamble(ClientForwarding::proxy_v2, connection) == encode_proxy_v2(connection));
    CHECK(client_preamble(ClientForwarding::srs, connection) == encode_srs_preamble(connection.source.address));
  }
  CHECK_FALSE(client_preamble(ClientForwarding::srs, v4).empty());
  CHECK(client_preamble(ClientForwarding::srs, v6).empty());
}

TEST_CASE("A port that nobody knows is told as 0, which readers of the PROXY protocol take", "[client_preamble]") {
  const ProxiedConnection connection = proxied("192.0.2.1", 0, "198.51.100.2", 80);
  CHECK(encode_proxy_v1(connection) == "PROXY TCP4 192.0.2.1 198.51.100.2 0 80\r\n");
  CHECK(encode_proxy_v2(connection).substr(24) == "\0\0\0\x50"s);
}
