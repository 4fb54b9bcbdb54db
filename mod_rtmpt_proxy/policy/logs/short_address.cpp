// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/logs/short_address.hpp>
#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace rtmpt_proxy::policy {

namespace {

using protocol::IpAddress;

// How many of the address's bytes are told.
std::size_t told_bytes(std::span<const std::uint8_t> bytes) {
  constexpr std::uint8_t k6to4First = 0x20;
  constexpr std::uint8_t k6to4Second = 0x02;
  constexpr std::size_t kOfIpv4 = 3;
  constexpr std::size_t kOfIpv6 = 6;
  if (bytes.size() == protocol::kIpv4Bytes) return kOfIpv4;
  return bytes[0] == k6to4First && bytes[1] == k6to4Second ? 2 + kOfIpv4 : kOfIpv6;
}

template <std::size_t kBytes>
IpAddress network_of(std::span<const std::uint8_t> bytes) {
  std::array<std::uint8_t, kBytes> network{};
  std::copy_n(bytes.begin(), told_bytes(bytes), network.begin());
  return IpAddress(std::span<const std::uint8_t, kBytes>(network));
}

} // namespace

std::string short_address(std::string_view address) {
  const std::optional<IpAddress> parsed = protocol::parse_ip_address(address.substr(0, address.find('%')));
  if (!parsed) return "-";
  const IpAddress network = parsed->is_v4() ? network_of<protocol::kIpv4Bytes>(parsed->bytes())
                                            : network_of<protocol::kIpv6Bytes>(parsed->bytes());
  return std::string(protocol::to_text(network).view());
}

} // namespace rtmpt_proxy::policy
