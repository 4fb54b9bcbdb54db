// SPDX-License-Identifier: Apache-2.0
#include "module/core/socket_address.hpp"

#include <algorithm>
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

apr_sockaddr_t* make_sockaddr(apr_pool_t* pool, const protocol::Endpoint& endpoint) {
  auto* const address = static_cast<apr_sockaddr_t*>(apr_pcalloc(pool, sizeof(apr_sockaddr_t)));
  address->pool = pool;
  address->port = endpoint.port;
  if (endpoint.address.is_v4()) {
    address->family = APR_INET;
    address->sa.sin.sin_family = APR_INET;
    address->sa.sin.sin_port = htons(endpoint.port);
    address->salen = sizeof(address->sa.sin);
    address->addr_str_len = INET_ADDRSTRLEN;
    address->ipaddr_ptr = &address->sa.sin.sin_addr;
  } else {
    address->family = APR_INET6;
    address->sa.sin6.sin6_family = APR_INET6;
    address->sa.sin6.sin6_port = htons(endpoint.port);
    address->salen = sizeof(address->sa.sin6);
    address->addr_str_len = INET6_ADDRSTRLEN;
    address->ipaddr_ptr = &address->sa.sin6.sin6_addr;
  }
  const std::span<const std::uint8_t> bytes = endpoint.address.bytes();
  address->ipaddr_len = static_cast<int>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), static_cast<std::uint8_t*>(address->ipaddr_ptr));
  return address;
}

} // namespace rtmpt_proxy::apache
