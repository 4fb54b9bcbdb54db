// SPDX-License-Identifier: Apache-2.0
#include "protocol/proxy/proxy_v2_format.hpp"

#include <rtmpt_proxy/protocol/proxy/client_preamble.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::uint8_t kSrsMark = 0xf3;

bool is_v4(const ProxiedConnection& connection) {
  return connection.source.address.is_v4() && connection.destination.address.is_v4();
}

std::string text_of_family(const IpAddress& address, bool v4) {
  std::string text(address.is_v4() && !v4 ? "::ffff:" : "");
  return text += to_text(address).view();
}

void put_bytes(std::string& out, std::span<const std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes)
    put_u8(out, byte);
}

} // namespace

std::string client_preamble(ClientForwarding how, const ProxiedConnection& connection) {
  switch (how) {
  case ClientForwarding::none:
  case ClientForwarding::x_forwarded_for: break;
  case ClientForwarding::proxy_v1: return encode_proxy_v1(connection);
  case ClientForwarding::proxy_v2: return encode_proxy_v2(connection);
  case ClientForwarding::srs: return encode_srs_preamble(connection.source.address);
  }
  return {};
}

std::string encode_proxy_v1(const ProxiedConnection& connection) {
  const auto& [source, destination] = connection;
  const bool v4 = is_v4(connection);
  std::string line = v4 ? "PROXY TCP4 " : "PROXY TCP6 ";
  line += text_of_family(source.address, v4) + " " + text_of_family(destination.address, v4);
  line += " " + std::to_string(source.port) + " " + std::to_string(destination.port) + "\r\n";
  return line;
}

std::string encode_proxy_v2(const ProxiedConnection& connection) {
  const auto& [source, destination] = connection;
  const bool v4 = is_v4(connection);
  std::string header(kProxyV2Signature);
  put_u8(header, kProxyV2Version | kProxyV2Proxy);
  put_u8(header, v4 ? kProxyV2Tcp4 : kProxyV2Tcp6);
  put_u16(header, static_cast<std::uint16_t>(v4 ? kProxyV2Ipv4Bytes : kProxyV2Ipv6Bytes));
  for (const IpAddress& address : {source.address, destination.address})
    put_bytes(header, v4 ? address.bytes() : std::span<const std::uint8_t>(address.v6_bytes()));
  put_u16(header, source.port);
  put_u16(header, destination.port);
  return header;
}

std::string encode_srs_preamble(const IpAddress& client) {
  std::string preamble;
  if (!client.is_v4()) return preamble;
  put_u8(preamble, kSrsMark);
  put_u16(preamble, kIpv4Bytes);
  put_bytes(preamble, client.bytes());
  return preamble;
}

std::string x_forwarded_for(const IpAddress& client) {
  return std::string(to_text(client).view());
}

} // namespace rtmpt_proxy::protocol
