// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/restore/ip_network.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

namespace rtmpt_proxy::policy {

namespace {

constexpr unsigned kIpv4Bits = 32;
constexpr unsigned kIpv6Bits = 128;
constexpr unsigned kMappedBits = kIpv6Bits - kIpv4Bits;

unsigned address_bits(const IpAddress& address) {
  return address.is_v4() ? kIpv4Bits : kIpv6Bits;
}

// The bits of byte `index` that are within the first `prefix_bits` of an address.
std::uint8_t byte_mask(std::size_t index, unsigned prefix_bits) {
  const unsigned before = static_cast<unsigned>(index) * 8;
  const unsigned bits = prefix_bits > before ? std::min(prefix_bits - before, 8u) : 0;
  return static_cast<std::uint8_t>(0xff00u >> bits);
}

IpAddress first_address(const IpAddress& address, unsigned prefix_bits) {
  std::array<std::uint8_t, protocol::kIpv6Bytes> bytes = address.v6_bytes();
  if (address.is_v4()) prefix_bits += kMappedBits;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] &= byte_mask(i, prefix_bits);
  return IpAddress(std::span<const std::uint8_t, protocol::kIpv6Bytes>(bytes));
}

std::optional<unsigned> parse_bits(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  unsigned bits = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, bits);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return bits;
}

// The number of ones at the front of a mask that has none behind its first zero.
std::optional<unsigned> mask_bits(std::string_view text) {
  const std::optional<IpAddress> mask = protocol::parse_ip_address(text);
  if (!mask || text.find(':') != std::string_view::npos) return std::nullopt;
  std::uint32_t value = 0;
  for (const std::uint8_t byte : mask->bytes())
    value = value << 8 | byte;
  const unsigned ones = static_cast<unsigned>(std::countl_one(value));
  return ones == static_cast<unsigned>(std::popcount(value)) ? std::optional(ones) : std::nullopt;
}

NetworkResult failure(NetworkError error) {
  NetworkResult result;
  result.error = error;
  return result;
}

} // namespace

std::string_view to_string(NetworkError error) {
  switch (error) {
  case NetworkError::none: return "nothing else: the network is good";
  case NetworkError::bad_address: return "an IPv4 or IPv6 address, alone or followed by /bits or /mask";
  case NetworkError::bad_prefix: return "behind the '/' a number of bits, of 1 to 32 for IPv4 and 1 to 128 for IPv6";
  case NetworkError::bad_mask:
    return "behind the '/' of an IPv4 address a mask of ones followed by zeros, such as 255.255.255.0";
  case NetworkError::all_addresses: return "a network smaller than all addresses: everybody would be trusted";
  }
  return "an unknown error";
}

IpNetwork::IpNetwork(const IpAddress& address, unsigned prefix_bits)
    : address_(first_address(address, std::min(prefix_bits, address_bits(address)))),
      prefix_bits_(std::min(prefix_bits, address_bits(address))) {}

bool IpNetwork::contains(const IpAddress& address) const {
  return address.is_v4() == address_.is_v4() && first_address(address, prefix_bits_) == address_;
}

NetworkResult parse_ip_network(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view address_text = text.substr(0, slash);
  const std::optional<IpAddress> address = protocol::parse_ip_address(address_text);
  if (!address) return failure(NetworkError::bad_address);
  if (slash == text.size()) return {NetworkError::none, IpNetwork(*address, kIpv6Bits)};

  const std::string_view size_text = text.substr(slash + 1);
  const bool written_as_v6 = address_text.find(':') != std::string_view::npos;
  std::optional<unsigned> bits;
  if (size_text.find_first_of(".:") != std::string_view::npos) {
    if (!written_as_v6) bits = mask_bits(size_text);
    if (!bits) return failure(NetworkError::bad_mask);
  } else {
    const unsigned not_counted = written_as_v6 && address->is_v4() ? kMappedBits : 0;
    bits = parse_bits(size_text);
    if (!bits || *bits < not_counted || *bits - not_counted > address_bits(*address))
      return failure(NetworkError::bad_prefix);
    *bits -= not_counted;
  }
  if (*bits == 0) return failure(NetworkError::all_addresses);
  return {NetworkError::none, IpNetwork(*address, *bits)};
}

bool TrustedProxies::contains(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(),
                     [&address](const IpNetwork& network) { return network.contains(address); });
}

} // namespace rtmpt_proxy::policy
