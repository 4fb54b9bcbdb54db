#include "module/core/socket_address.hpp"

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

std::optional<protocol::IpAddress> address_of(const sockaddr& address) {
  if (address.sa_family == AF_INET)
    return address_at<protocol::kIpv4Bytes>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr);
  if (address.sa_family == AF_INET6)
    return address_at<protocol::kIpv6Bytes>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
  return std::nullopt;
}

} // namespace rtmpt_proxy::apache
