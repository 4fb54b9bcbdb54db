#include "socket_address.hpp"

#include <cstdint>
#include <span>

namespace rtmpt_proxy::apache {

namespace {

template <std::size_t bytes>
protocol::IpAddress address_at(const void* place) {
  return protocol::IpAddress(std::span<const std::uint8_t, bytes>(static_cast<const std::uint8_t*>(place), bytes));
}

} // namespace

std::optional<protocol::Endpoint> endpoint_of(const apr_sockaddr_t* address) {
  if (address && address->family == APR_INET)
    return protocol::Endpoint{address_at<protocol::kIpv4Bytes>(&address->sa.sin.sin_addr), address->port};
  if (address && address->family == APR_INET6)
    return protocol::Endpoint{address_at<protocol::kIpv6Bytes>(&address->sa.sin6.sin6_addr), address->port};
  return std::nullopt;
}

} // namespace rtmpt_proxy::apache
