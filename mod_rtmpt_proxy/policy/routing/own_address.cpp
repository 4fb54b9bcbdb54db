// SPDX-License-Identifier: Apache-2.0
#include "policy/text/header_text.hpp"

#include <rtmpt_proxy/policy/routing/own_address.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

namespace {

using protocol::Endpoint;
using protocol::IpAddress;

// The addresses that `host` means; none for a name that only a name server knows.
std::vector<IpAddress> addresses_of(const std::string& host) {
  if (host == "localhost") return {*protocol::parse_ip_address("127.0.0.1"), *protocol::parse_ip_address("::1")};
  const std::optional<IpAddress> address = protocol::parse_ip_address(host);
  return address ? std::vector<IpAddress>{*address} : std::vector<IpAddress>{};
}

bool is_any(const IpAddress& address) {
  const protocol::AddressText text = protocol::to_text(address);
  return text.view() == "0.0.0.0" || text.view() == "::";
}

bool is_of_machine(const IpAddress& address, const OwnAddresses& own) {
  return is_loopback(address) || is_any(address) ||
         std::find(own.of_machine.begin(), own.of_machine.end(), address) != own.of_machine.end();
}

bool listens_at(const IpAddress& address, std::uint16_t port, const OwnAddresses& own) {
  return std::any_of(own.listeners.begin(), own.listeners.end(), [&](const Endpoint& listener) {
    if (listener.port != port) return false;
    return listener.address == address || (is_any(listener.address) && is_of_machine(address, own));
  });
}

bool is_own_name(std::string_view name, std::uint16_t port, const OwnAddresses& own) {
  return std::any_of(own.names.begin(), own.names.end(),
                     [&](const std::string& other) { return equal_in_any_case(other, name); }) &&
         std::any_of(own.listeners.begin(), own.listeners.end(),
                     [&](const Endpoint& listener) { return listener.port == port; });
}

} // namespace

bool is_loopback(const IpAddress& address) {
  const protocol::AddressText text = protocol::to_text(address);
  return text.view().starts_with("127.") || text.view() == "::1";
}

bool is_own_address(const std::string& host, std::uint16_t port, const OwnAddresses& own) {
  const std::vector<IpAddress> addresses = addresses_of(host);
  if (addresses.empty()) return is_own_name(host, port, own);
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const IpAddress& address) { return listens_at(address, port, own); });
}

} // namespace rtmpt_proxy::policy
