// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::size_t kMappedPrefixBytes = kIpv6Bytes - kIpv4Bytes;
constexpr std::array<std::uint8_t, kMappedPrefixBytes> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t kGroups = kIpv6Bytes / 2;
constexpr std::size_t kMaxAddressBytes = INET6_ADDRSTRLEN - 1;
constexpr std::size_t kMaxPortBytes = 5;
constexpr std::size_t kMaxEndpointBytes = kMaxAddressBytes + sizeof("[]:") - 1 + kMaxPortBytes;

struct ZeroRun {
  std::size_t begin = 0;
  std::size_t groups = 0;
};

// The run of zero groups that "::" stands for: the longest, the first of several, and never a single group.
ZeroRun longest_zero_run(const std::array<std::uint16_t, kGroups>& groups) {
  ZeroRun longest, current;
  for (std::size_t i = 0; i < kGroups; ++i) {
    current = groups[i] == 0 ? ZeroRun{i - current.groups, current.groups + 1} : ZeroRun{};
    if (current.groups > longest.groups) longest = current;
  }
  return longest.groups >= 2 ? longest : ZeroRun{};
}

} // namespace

IpAddress::IpAddress(std::span<const std::uint8_t, kIpv4Bytes> bytes) {
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), v6_.begin());
  std::copy(bytes.begin(), bytes.end(), v6_.begin() + kMappedPrefixBytes);
}

IpAddress::IpAddress(std::span<const std::uint8_t, kIpv6Bytes> bytes) {
  std::copy(bytes.begin(), bytes.end(), v6_.begin());
}

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), v6_.begin());
}

std::span<const std::uint8_t> IpAddress::bytes() const {
  return std::span(v6_).subspan(is_v4() ? kMappedPrefixBytes : 0);
}

// Writes numbers and separators into the text, which is long enough for any address.
class AddressWriter {
 public:
  explicit AddressWriter(AddressText& text) : text_(text) {}

  void put(char c) { text_.characters_[text_.size_++] = c; }

  void put_number(unsigned value, int base) {
    char* const begin = text_.characters_.data();
    char* const end = begin + text_.characters_.size() - 1;
    text_.size_ = static_cast<std::size_t>(std::to_chars(begin + text_.size_, end, value, base).ptr - begin);
  }

  void put_v4(std::span<const std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (i > 0) put('.');
      put_number(bytes[i], 10);
    }
  }

  void put_v6(std::span<const std::uint8_t> bytes) {
    std::array<std::uint16_t, kGroups> groups{};
    for (std::size_t i = 0; i < kGroups; ++i)
      groups[i] = static_cast<std::uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    const ZeroRun run = longest_zero_run(groups);
    for (std::size_t i = 0; i < kGroups; ++i) {
      if (run.groups > 0 && i == run.begin) {
        put(':');
        i += run.groups - 1;
        if (i + 1 == kGroups) put(':');
        continue;
      }
      if (i > 0) put(':');
      put_number(groups[i], 16);
    }
  }

 private:
  AddressText& text_;
};

AddressText::AddressText(const IpAddress& address) {
  AddressWriter writer(*this);
  if (address.is_v4())
    writer.put_v4(address.bytes());
  else
    writer.put_v6(address.bytes());
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  if (text.size() > kMaxAddressBytes || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::array<char, kMaxAddressBytes + 1> terminated{};
  std::copy(text.begin(), text.end(), terminated.begin());
  if (text.find(':') == std::string_view::npos) {
    std::array<std::uint8_t, kIpv4Bytes> v4{};
    if (inet_pton(AF_INET, terminated.data(), v4.data()) != 1) return std::nullopt;
    return IpAddress(std::span<const std::uint8_t, kIpv4Bytes>(v4));
  }
  std::array<std::uint8_t, kIpv6Bytes> v6{};
  if (inet_pton(AF_INET6, terminated.data(), v6.data()) != 1) return std::nullopt;
  return IpAddress(std::span<const std::uint8_t, kIpv6Bytes>(v6));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port); // unsigned: takes no sign, no blank
  if (error != std::errc{} || stop != end) return std::nullopt;
  return port;
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  if (text.size() > kMaxEndpointBytes) return std::nullopt;
  std::string_view address = text, after;
  const std::size_t colon = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos || bracket < colon) return std::nullopt;
    address = text.substr(1, bracket - 1);
    after = text.substr(bracket + 1);
  } else if (colon != std::string_view::npos && colon == text.rfind(':')) { // IPv6 has two at least
    address = text.substr(0, colon);
    after = text.substr(colon);
  }
  const std::optional<IpAddress> parsed = parse_ip_address(address);
  if (!parsed || after.empty()) return parsed ? std::optional(Endpoint{*parsed, 0}) : std::nullopt;
  const std::optional<std::uint16_t> port = after.front() == ':' ? parse_port(after.substr(1)) : std::nullopt;
  if (!port || *port == 0) return std::nullopt;
  return Endpoint{*parsed, *port};
}

} // namespace rtmpt_proxy::protocol
