// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/counted_address.hpp>
#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rtmpt_proxy::policy {

std::string counted_as(const std::string& client_address) {
  constexpr std::size_t kNetworkBytes = 8;
  const std::optional<protocol::IpAddress> address = protocol::parse_ip_address(client_address);
  if (!address || address->is_v4()) return client_address;
  std::array<std::uint8_t, protocol::kIpv6Bytes> network{};
  std::copy_n(address->v6_bytes().begin(), kNetworkBytes, network.begin());
  return std::string(
             protocol::to_text(protocol::IpAddress(std::span<const std::uint8_t, protocol::kIpv6Bytes>(network)))
                 .view()) +
         "/64";
}

} // namespace rtmpt_proxy::policy
