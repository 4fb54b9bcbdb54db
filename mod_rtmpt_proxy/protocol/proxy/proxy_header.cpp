// SPDX-License-Identifier: Apache-2.0
#include "protocol/proxy/proxy_v1_line.hpp"
#include "protocol/proxy/proxy_v2_format.hpp"

#include <rtmpt_proxy/protocol/proxy/proxy_header.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <algorithm>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::string_view kV1Signature = "PROXY ";
static_assert(kProxyV2FixedBytes + kProxyV2Ipv6Bytes <= kMaxProxyV1Bytes, "one buffer serves both versions");
static_assert(kProxyV2Signature.size() == kProxySignatureBytes && kV1Signature.size() < kProxySignatureBytes);

struct AddressBlock {
  std::size_t size_bytes = 0;
  bool is_ip = false;
};

// What byte 13 announces; none for a value that version 2 does not have.
std::optional<AddressBlock> address_block(std::uint8_t family) {
  switch (family) {
  case kProxyV2Unspec: return AddressBlock{};
  case kProxyV2Tcp4:
  case kProxyV2Udp4: return AddressBlock{kProxyV2Ipv4Bytes, true};
  case kProxyV2Tcp6:
  case kProxyV2Udp6: return AddressBlock{kProxyV2Ipv6Bytes, true};
  case kProxyV2UnixStream:
  case kProxyV2UnixDatagram: return AddressBlock{kProxyV2UnixBytes, false};
  default: return std::nullopt;
  }
}

template <std::size_t Bytes>
IpAddress read_address(ByteReader& reader) {
  std::array<std::uint8_t, Bytes> bytes{};
  for (std::uint8_t& byte : bytes)
    byte = reader.u8();
  return IpAddress(std::span<const std::uint8_t, Bytes>(bytes));
}

template <std::size_t Bytes>
ProxiedConnection read_connection(std::string_view block) {
  ByteReader reader(block);
  ProxiedConnection connection;
  connection.source.address = read_address<Bytes>(reader);
  connection.destination.address = read_address<Bytes>(reader);
  connection.source.port = reader.u16();
  connection.destination.port = reader.u16();
  return connection;
}

} // namespace

std::string_view to_string(ProxyHeaderError error) {
  switch (error) {
  case ProxyHeaderError::none: return "the header is good";
  case ProxyHeaderError::need_more: return "the header is not complete yet";
  case ProxyHeaderError::not_a_proxy_header: return "the bytes do not begin with a signature of the PROXY protocol";
  case ProxyHeaderError::v1_too_long: return "the line is over 107 bytes";
  case ProxyHeaderError::v1_unknown_protocol: return "the protocol is neither TCP4, TCP6 nor UNKNOWN";
  case ProxyHeaderError::v1_malformed: return "the line has not four fields with one space in front of each";
  case ProxyHeaderError::v1_bad_address: return "an address is none of the announced family";
  case ProxyHeaderError::v1_bad_port: return "a port is not 0 to 65535 without leading zeros";
  case ProxyHeaderError::v2_bad_version: return "the version is not 2";
  case ProxyHeaderError::v2_bad_command: return "the command is neither LOCAL nor PROXY";
  case ProxyHeaderError::v2_bad_family: return "family and transport are none of version 2";
  case ProxyHeaderError::v2_too_short: return "the length has no room for the addresses";
  }
  return "the header has an unknown error";
}

ProxySignature find_proxy_signature(std::string_view bytes) {
  for (const std::string_view signature : {kV1Signature, kProxyV2Signature}) {
    if (bytes.starts_with(signature)) return ProxySignature::whole;
    if (signature.starts_with(bytes)) return ProxySignature::partial;
  }
  return ProxySignature::none;
}

ProxyFeedResult ProxyHeaderReader::feed(std::string_view bytes) {
  std::size_t consumed_bytes = 0;
  while (error_ == ProxyHeaderError::need_more && consumed_bytes < bytes.size()) {
    if (skip_bytes_ > 0 && held_bytes_ == addresses_end_) {
      const std::size_t skipped = std::min(skip_bytes_, bytes.size() - consumed_bytes);
      consumed_bytes += skipped;
      skip_bytes_ -= skipped;
      skip_or_end();
      continue;
    }
    take(bytes[consumed_bytes]);
    if (error_ != ProxyHeaderError::not_a_proxy_header) ++consumed_bytes;
  }
  return {error_, consumed_bytes};
}

// The first byte tells the versions apart.
void ProxyHeaderReader::take(char byte) {
  const bool v1 = (held_bytes_ > 0 ? held_.front() : byte) == kV1Signature.front();
  const std::string_view signature = v1 ? kV1Signature : kProxyV2Signature;
  if (held_bytes_ < signature.size() && byte != signature[held_bytes_]) {
    error_ = ProxyHeaderError::not_a_proxy_header;
    return;
  }
  held_[held_bytes_++] = byte;
  if (held_bytes_ <= signature.size()) return;
  if (v1)
    take_v1();
  else
    take_v2(static_cast<std::uint8_t>(byte));
}

void ProxyHeaderReader::take_v1() {
  const std::string_view line = held();
  if (line.ends_with("\r\n")) {
    error_ = parse_proxy_v1_line(line.substr(kV1Signature.size(), line.size() - kV1Signature.size() - 2), header_);
  } else if (line.size() == kMaxProxyV1Bytes) {
    error_ = ProxyHeaderError::v1_too_long;
  }
}

void ProxyHeaderReader::take_v2(std::uint8_t byte) {
  constexpr std::size_t kVersionEnd = kProxyV2Signature.size() + 1;
  constexpr std::size_t kFamilyEnd = kVersionEnd + 1;
  if (held_bytes_ == kVersionEnd) {
    header_.local = (byte & 0x0f) == kProxyV2Local;
    if ((byte & 0xf0) != kProxyV2Version)
      error_ = ProxyHeaderError::v2_bad_version;
    else if ((byte & 0x0f) > kProxyV2Proxy)
      error_ = ProxyHeaderError::v2_bad_command;
  } else if (held_bytes_ == kFamilyEnd) {
    if (!header_.local && !address_block(byte)) error_ = ProxyHeaderError::v2_bad_family;
  } else if (held_bytes_ == kProxyV2FixedBytes) {
    begin_v2_block();
  } else if (held_bytes_ == addresses_end_) {
    keep_v2_addresses();
    skip_or_end();
  }
}

// The address block of LOCAL is ignored, whatever family it names.
void ProxyHeaderReader::begin_v2_block() {
  ByteReader reader(held().substr(kProxyV2Signature.size() + 1));
  const std::uint8_t family = reader.u8();
  const std::size_t length_bytes = reader.u16();
  const AddressBlock block = header_.local ? AddressBlock{} : address_block(family).value_or(AddressBlock{});
  if (length_bytes < block.size_bytes) {
    error_ = ProxyHeaderError::v2_too_short;
    return;
  }
  const std::size_t kept_bytes = block.is_ip ? block.size_bytes : 0;
  addresses_end_ = kProxyV2FixedBytes + kept_bytes;
  skip_bytes_ = length_bytes - kept_bytes;
  if (kept_bytes == 0) skip_or_end();
}

void ProxyHeaderReader::keep_v2_addresses() {
  const std::string_view block = held().substr(kProxyV2FixedBytes);
  header_.connection = block.size() == kProxyV2Ipv4Bytes ? read_connection<kIpv4Bytes>(block) //
                                                         : read_connection<kIpv6Bytes>(block);
}

void ProxyHeaderReader::skip_or_end() {
  if (skip_bytes_ == 0) error_ = ProxyHeaderError::none;
}

} // namespace rtmpt_proxy::protocol
