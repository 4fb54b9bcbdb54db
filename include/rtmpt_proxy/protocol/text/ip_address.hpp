// SPDX-License-Identifier: Apache-2.0
// IP addresses: strict in reading, canonical in writing, and an IPv4 address is one however it was written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rtmpt_proxy::protocol {

inline constexpr std::size_t kIpv4Bytes = 4;
inline constexpr std::size_t kIpv6Bytes = 16;

// A value without memory of its own. ::ffff:a.b.c.d is the IPv4 address a.b.c.d, so that one client has one address
// whether it came over an IPv4 socket or an IPv6 one. Default: "::".
class IpAddress {
 public:
  constexpr IpAddress() = default;
  // Bytes in the order of the network, as in_addr and in6_addr have them.
  explicit IpAddress(std::span<const std::uint8_t, kIpv4Bytes> bytes);
  explicit IpAddress(std::span<const std::uint8_t, kIpv6Bytes> bytes);

  bool is_v4() const;
  // 4 or 16 bytes in the order of the network; valid as long as this object.
  std::span<const std::uint8_t> bytes() const;
  // 16 bytes; those of an IPv4 address are ::ffff:a.b.c.d.
  const std::array<std::uint8_t, kIpv6Bytes>& v6_bytes() const { return v6_; }

  bool operator==(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, kIpv6Bytes> v6_{};
};

// The text of an address, in place: no allocation. Ends with a NUL for those who need one.
class AddressText {
 public:
  explicit AddressText(const IpAddress& address);

  std::string_view view() const { return {characters_.data(), size_}; }
  const char* c_str() const { return characters_.data(); }

 private:
  friend class AddressWriter;
  std::array<char, 40> characters_{}; // eight groups of four and seven colons, and the NUL
  std::size_t size_ = 0;
};

// Canonical (RFC 5952): "192.0.2.1", "2001:db8::1", never a dotted quad within an IPv6 address.
inline AddressText to_text(const IpAddress& address) {
  return AddressText(address);
}

// The address that is all of `text`: four decimal numbers of 0 to 255 without leading zeros, or IPv6 as inet_pton(3)
// takes it (RFC 4291 2.2). No zone, no blanks, no brackets, no short, octal, hexadecimal or integer form, no name.
std::optional<IpAddress> parse_ip_address(std::string_view text);

// 0 to 65535, decimal digits only, no leading zeros.
std::optional<std::uint16_t> parse_port(std::string_view text);

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0; // 0: not known
  bool operator==(const Endpoint&) const = default;
};

// An address as intermediaries write it: "192.0.2.1", "192.0.2.1:1234", "2001:db8::1", "[2001:db8::1]" or
// "[2001:db8::1]:1234", with a port of 1 to 65535. Brackets are for IPv6 alone; ::ffff:a.b.c.d in them is IPv4.
std::optional<Endpoint> parse_endpoint(std::string_view text);

} // namespace rtmpt_proxy::protocol
