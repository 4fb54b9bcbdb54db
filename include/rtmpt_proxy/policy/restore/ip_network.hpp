// SPDX-License-Identifier: Apache-2.0
// The trusted proxies, which are believed about a client's address: RPAFproxy_ips.
#pragma once

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::policy {

using protocol::IpAddress;

enum class NetworkError : std::uint8_t {
  none,
  bad_address,   // the text before the '/' is no address (see protocol::parse_ip_address)
  bad_prefix,    // no number without leading zeros, or more bits than the address has
  bad_mask,      // no dotted quad of ones followed by zeros, or an IPv6 address with a mask
  all_addresses, // a prefix of 0 bits: it would trust everybody, and mod_authz_host refuses it too
};

// What was expected instead, for a message with "expected ...".
std::string_view to_string(NetworkError error);

// Addresses that begin with the same bits. An IPv6 network has no IPv4 address in it, not even ::/1: an IPv4 address is
// never written as an IPv6 one here.
class IpNetwork {
 public:
  // The first `prefix_bits` of `address` count, 0 to 32 or 0 to 128; the others are ignored.
  IpNetwork(const IpAddress& address, unsigned prefix_bits);

  bool contains(const IpAddress& address) const;

  // The first address of the network: host bits are zero.
  const IpAddress& address() const { return address_; }
  unsigned prefix_bits() const { return prefix_bits_; }
  bool operator==(const IpNetwork&) const = default;

 private:
  IpAddress address_;
  unsigned prefix_bits_;
};

struct NetworkResult {
  NetworkError error = NetworkError::none;
  IpNetwork network{IpAddress(), 128}; // meaningful when error is none
};

// "192.0.2.1", "192.0.2.0/24", "192.0.2.0/255.255.255.0", "2001:db8::/32". Host bits may be set, as mod_authz_host has
// it: 192.0.2.7/24 is 192.0.2.0/24. ::ffff:192.0.2.0/120 is 192.0.2.0/24; with fewer than 96 bits it is a bad prefix.
NetworkResult parse_ip_network(std::string_view text);

// Any number of threads may use one list at once. An empty list trusts nobody.
class TrustedProxies {
 public:
  void add(const IpNetwork& network) { networks_.push_back(network); }
  bool contains(const IpAddress& address) const;
  bool empty() const { return networks_.empty(); }
  bool operator==(const TrustedProxies&) const = default;

 private:
  std::vector<IpNetwork> networks_;
};

} // namespace rtmpt_proxy::policy
