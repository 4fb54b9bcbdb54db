// SPDX-License-Identifier: Apache-2.0
#include "proxy_header_samples.hpp"

#include <stdexcept>

using namespace std::string_literals;

namespace rtmpt_proxy::test {

namespace {

using protocol::ProxyHeader;
using Error = protocol::ProxyHeaderError;

constexpr int kLocal = 0x20;
constexpr int kProxy = 0x21;
const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
const std::string kTlv("\x01\0\x02h2", 5); // ALPN

protocol::IpAddress address(const std::string& text) {
  const std::optional<protocol::IpAddress> parsed = protocol::parse_ip_address(text);
  if (!parsed) throw std::invalid_argument("the test's address is none: " + text);
  return *parsed;
}

ProxyHeader v1(const protocol::ProxiedConnection& connection) {
  return {false, connection};
}

ProxyHeader v2(const protocol::ProxiedConnection& connection) {
  return {false, connection};
}

// A line that is as long as a line may be.
std::string longest_line() {
  std::string line = "PROXY UNKNOWN ";
  line.resize(protocol::kMaxProxyV1Bytes - 2, 'x');
  return line + "\r\n";
}

} // namespace

protocol::ProxiedConnection proxied(const std::string& source, std::uint16_t source_port,
                                    const std::string& destination, std::uint16_t destination_port) {
  return {{address(source), source_port}, {address(destination), destination_port}};
}

std::string proxy_v2(int version_command, int family, std::string_view block) {
  std::string bytes = kSignature;
  bytes += {static_cast<char>(version_command), static_cast<char>(family)};
  bytes += {static_cast<char>(block.size() >> 8), static_cast<char>(block.size())};
  return bytes.append(block);
}

std::string ipv4_block() {
  return "\xc0\0\x02\x01\xc6\x33\x64\x02\x12\x67\0\x50"s;
}

std::string ipv6_block() {
  const std::string network = "\x20\x01\x0d\xb8"s + std::string(11, '\0');
  return network + "\x01" + network + "\x02\x12\x67\0\x50"s;
}

std::vector<GoodProxyHeader> good_proxy_headers() {
  const auto ipv4 = proxied("192.0.2.1", 4711, "198.51.100.2", 80);
  const auto ipv6 = proxied("2001:db8::1", 4711, "2001:db8::2", 80);
  const std::string all_ones = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  return {
      {"PROXY TCP4 192.0.2.1 198.51.100.2 4711 80\r\n", v1(ipv4), "IPv4"},
      {"PROXY TCP6 2001:db8::1 2001:db8::2 4711 80\r\n", v1(ipv6), "IPv6"},
      {"PROXY TCP6 2001:0DB8:0:0:0:0:0:1 2001:db8::2 4711 80\r\n", v1(ipv6), "IPv6 written at length"},
      {"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
       v1(proxied("255.255.255.255", 65535, "255.255.255.255", 65535)), "the longest of IPv4"},
      {"PROXY TCP6 " + all_ones + " " + all_ones + " 65535 65535\r\n", v1(proxied(all_ones, 65535, all_ones, 65535)),
       "the longest of IPv6"},
      {"PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", v1(proxied("0.0.0.0", 0, "0.0.0.0", 0)), "zeros"},
      {"PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 4711 80\r\n", v1(proxied("192.0.2.1", 4711, "2001:db8::2", 80)),
       "families mixed, as HAProxy writes them"},
      {"PROXY UNKNOWN\r\n", {false, {}}, "UNKNOWN alone"},
      {"PROXY UNKNOWN \r\n", {false, {}}, "UNKNOWN and a space"},
      {"PROXY UNKNOWN 192.0.2.1 198.51.100.2 4711 80\r\n", {false, {}}, "UNKNOWN with addresses to be ignored"},
      {"PROXY UNKNOWN \r \n \0\xff\r\r\n"s, {false, {}}, "UNKNOWN with anything"},
      {longest_line(), {false, {}}, "a line of 107 bytes"},
      {proxy_v2(kProxy, 0x11, ipv4_block()), v2(ipv4), "TCP over IPv4"},
      {proxy_v2(kProxy, 0x12, ipv4_block()), v2(ipv4), "UDP over IPv4"},
      {proxy_v2(kProxy, 0x21, ipv6_block()), v2(ipv6), "TCP over IPv6"},
      {proxy_v2(kProxy, 0x22, ipv6_block()), v2(ipv6), "UDP over IPv6"},
      {proxy_v2(kProxy, 0x11, ipv4_block() + kTlv), v2(ipv4), "a TLV"},
      {proxy_v2(kProxy, 0x21, ipv6_block() + kTlv + kTlv), v2(ipv6), "two TLVs"},
      {proxy_v2(kProxy, 0x11, ipv4_block() + "x"), v2(ipv4), "a byte that is no TLV"},
      {proxy_v2(kProxy, 0x11, ipv4_block() + std::string(65535 - 12, 't')), v2(ipv4), "65535 bytes"},
      {proxy_v2(kProxy, 0x21, std::string(36, '\xff')), v2(proxied(all_ones, 65535, all_ones, 65535)), "all ones"},
      {proxy_v2(kProxy, 0x00, ""), {false, {}}, "UNSPEC"},
      {proxy_v2(kProxy, 0x00, kTlv), {false, {}}, "UNSPEC with a TLV"},
      {proxy_v2(kProxy, 0x31, std::string(216, 'u')), {false, {}}, "a UNIX socket"},
      {proxy_v2(kProxy, 0x32, std::string(216, 'u') + kTlv), {false, {}}, "UNIX datagrams with a TLV"},
      {proxy_v2(kLocal, 0x00, ""), {true, {}}, "a health check"},
      {proxy_v2(kLocal, 0x11, ipv4_block()), {true, {}}, "LOCAL: the addresses are to be ignored"},
      {proxy_v2(kLocal, 0x11, ""), {true, {}}, "LOCAL: so is a family without addresses"},
      {proxy_v2(kLocal, 0xff, kTlv), {true, {}}, "LOCAL: so is an unknown family"},
      {proxy_v2(kLocal, 0x00, std::string(65535, 't')), {true, {}}, "LOCAL with 65535 bytes"},
  };
}

std::vector<BadProxyHeader> bad_proxy_headers() {
  const std::string tcp4 = "PROXY TCP4 ", tcp6 = "PROXY TCP6 ";
  const auto head_only = [](int version_command, int family, std::size_t bytes) {
    return proxy_v2(version_command, family, "").substr(0, bytes);
  };
  return {
      {"G", Error::not_a_proxy_header, "GET"},
      {"PO", Error::not_a_proxy_header, "POST"},
      {"p", Error::not_a_proxy_header, "lower case"},
      {"PROXYS", Error::not_a_proxy_header, "a sixth letter"},
      {"PROXY\t", Error::not_a_proxy_header, "a tab"},
      {"PROXY\r", Error::not_a_proxy_header, "nothing but the word"},
      {" ", Error::not_a_proxy_header, "a blank in front"},
      {"\n", Error::not_a_proxy_header, "a line end"},
      {"\r\nG", Error::not_a_proxy_header, "a request behind an empty line, which HTTP allows"},
      {"\r\n\r\n\r", Error::not_a_proxy_header, "empty lines"},
      {"\r\n\r\n\0\r\nQUIT\r"s, Error::not_a_proxy_header, "the last byte of v2's signature"},
      {"\x16", Error::not_a_proxy_header, "TLS"},
      {"\x03", Error::not_a_proxy_header, "RTMP"},

      {"PROXY \r\n", Error::v1_unknown_protocol, "no protocol"},
      {"PROXY  TCP4 192.0.2.1 198.51.100.2 4711 80\r\n", Error::v1_unknown_protocol, "two spaces behind PROXY"},
      {"PROXY tcp4 192.0.2.1 198.51.100.2 4711 80\r\n", Error::v1_unknown_protocol, "lower case"},
      {"PROXY UDP4 192.0.2.1 198.51.100.2 4711 80\r\n", Error::v1_unknown_protocol, "UDP"},
      {"PROXY TCP 192.0.2.1 198.51.100.2 4711 80\r\n", Error::v1_unknown_protocol, "no family"},
      {"PROXY UNKNOWNS\r\n", Error::v1_unknown_protocol, "more than UNKNOWN"},
      {"PROXY / HTTP/1.1\r\n", Error::v1_unknown_protocol, "a request with that method"},
      {"PROXY TCP4\r\n", Error::v1_malformed, "no fields"},
      {tcp4 + "192.0.2.1 198.51.100.2 4711\r\n", Error::v1_malformed, "three fields"},
      {tcp4 + "192.0.2.1 198.51.100.2 4711 80 1\r\n", Error::v1_malformed, "five fields"},
      {tcp4 + "192.0.2.1 198.51.100.2 4711 80 \r\n", Error::v1_malformed, "a space at the end"},
      {tcp4 + "192.0.2.1  198.51.100.2 4711 80\r\n", Error::v1_malformed, "two spaces"},
      {tcp4 + " 198.51.100.2 4711 80\r\n", Error::v1_bad_address, "an empty field"},
      {tcp4 + "192.0.2.1 198.51.100 4711 80\r\n", Error::v1_bad_address, "three numbers"},
      {tcp4 + "192.0.02.1 198.51.100.2 4711 80\r\n", Error::v1_bad_address, "a leading zero"},
      {tcp4 + "192.0.2.256 198.51.100.2 4711 80\r\n", Error::v1_bad_address, "a number over 255"},
      {tcp4 + "2001:db8::1 2001:db8::2 4711 80\r\n", Error::v1_bad_address, "IPv6 as TCP4"},
      {tcp4 + "::ffff:192.0.2.1 198.51.100.2 4711 80\r\n", Error::v1_bad_address, "IPv4 written as IPv6"},
      {tcp4 + "localhost 198.51.100.2 4711 80\r\n", Error::v1_bad_address, "a name"},
      {tcp4 + "192.0.2.1\t198.51.100.2 198.51.100.2 4711 80\r\n", Error::v1_bad_address, "a tab"},
      {tcp4 + "192.0.2.1\0 198.51.100.2 4711 80\r\n"s, Error::v1_bad_address, "a NUL"},
      {tcp6 + "192.0.2.1 198.51.100.2 4711 80\r\n", Error::v1_bad_address, "IPv4 as TCP6"},
      {tcp6 + "[2001:db8::1] 2001:db8::2 4711 80\r\n", Error::v1_bad_address, "brackets"},
      {tcp6 + "fe80::1%lo 2001:db8::2 4711 80\r\n", Error::v1_bad_address, "a zone"},
      {tcp6 + "1::2::3 2001:db8::2 4711 80\r\n", Error::v1_bad_address, "two runs"},
      {tcp4 + "192.0.2.1 198.51.100.2 65536 80\r\n", Error::v1_bad_port, "a port over 65535"},
      {tcp4 + "192.0.2.1 198.51.100.2 4711 080\r\n", Error::v1_bad_port, "a leading zero"},
      {tcp4 + "192.0.2.1 198.51.100.2 4711 00\r\n", Error::v1_bad_port, "a leading zero"},
      {tcp4 + "192.0.2.1 198.51.100.2 +1 80\r\n", Error::v1_bad_port, "a sign"},
      {tcp4 + "192.0.2.1 198.51.100.2 -1 80\r\n", Error::v1_bad_port, "a sign"},
      {tcp4 + "192.0.2.1 198.51.100.2 0x1 80\r\n", Error::v1_bad_port, "a hexadecimal number"},
      {tcp4 + "192.0.2.1 198.51.100.2 4711 80\r\r\n", Error::v1_bad_port, "two CR"},
      {tcp4 + "192.0.2.1 198.51.100.2 4711 80\nGET / HTTP/1.1\r\n", Error::v1_malformed, "LF alone ends no line"},
      {("PROXY TCP4 " + std::string(107, '1')).substr(0, 107), Error::v1_too_long, "107 bytes without an end"},
      {("PROXY UNKNOWN " + std::string(107, 'x')).substr(0, 106) + "\r", Error::v1_too_long, "108 with LF"},
      {("PROXY " + std::string(107, '\n')).substr(0, 107), Error::v1_too_long, "line ends without CR"},

      {head_only(0x11, 0x11, 13), Error::v2_bad_version, "version 1"},
      {head_only(0x31, 0x11, 13), Error::v2_bad_version, "version 3"},
      {head_only(0x01, 0x11, 13), Error::v2_bad_version, "version 0"},
      {head_only(0xf1, 0x11, 13), Error::v2_bad_version, "version 15"},
      {head_only(0x22, 0x11, 13), Error::v2_bad_command, "command 2"},
      {head_only(0x2f, 0x11, 13), Error::v2_bad_command, "command 15"},
      {head_only(0x21, 0x01, 14), Error::v2_bad_family, "a transport without a family"},
      {head_only(0x21, 0x10, 14), Error::v2_bad_family, "a family without a transport"},
      {head_only(0x21, 0x13, 14), Error::v2_bad_family, "transport 3"},
      {head_only(0x21, 0x20, 14), Error::v2_bad_family, "a family without a transport"},
      {head_only(0x21, 0x33, 14), Error::v2_bad_family, "transport 3"},
      {head_only(0x21, 0x41, 14), Error::v2_bad_family, "family 4"},
      {head_only(0x21, 0xff, 14), Error::v2_bad_family, "family 15"},
      {head_only(0x21, 0x11, 16), Error::v2_too_short, "IPv4 without addresses"},
      {proxy_v2(0x21, 0x11, std::string(11, 'x')).substr(0, 16), Error::v2_too_short, "IPv4 one byte short"},
      {proxy_v2(0x21, 0x21, std::string(35, 'x')).substr(0, 16), Error::v2_too_short, "IPv6 one byte short"},
      {proxy_v2(0x21, 0x21, ipv4_block()).substr(0, 16), Error::v2_too_short, "IPv6 with the size of IPv4"},
      {proxy_v2(0x21, 0x31, std::string(215, 'x')).substr(0, 16), Error::v2_too_short, "UNIX one byte short"},
  };
}

} // namespace rtmpt_proxy::test
