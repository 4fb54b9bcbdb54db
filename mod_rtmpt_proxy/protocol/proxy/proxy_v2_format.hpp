// SPDX-License-Identifier: Apache-2.0
// The numbers of PROXY protocol v2, for its reader and its writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::protocol {

inline constexpr std::string_view kProxyV2Signature{"\r\n\r\n\0\r\nQUIT\n", 12};
inline constexpr std::size_t kProxyV2FixedBytes = 16; // signature, version and command, family and transport, length

inline constexpr std::uint8_t kProxyV2Version = 0x20; // the high half of byte 12; the low half is the command
inline constexpr std::uint8_t kProxyV2Local = 0;
inline constexpr std::uint8_t kProxyV2Proxy = 1;

inline constexpr std::uint8_t kProxyV2Unspec = 0x00; // byte 13: the family is its high half
inline constexpr std::uint8_t kProxyV2Tcp4 = 0x11;
inline constexpr std::uint8_t kProxyV2Udp4 = 0x12;
inline constexpr std::uint8_t kProxyV2Tcp6 = 0x21;
inline constexpr std::uint8_t kProxyV2Udp6 = 0x22;
inline constexpr std::uint8_t kProxyV2UnixStream = 0x31;
inline constexpr std::uint8_t kProxyV2UnixDatagram = 0x32;

inline constexpr std::size_t kProxyV2Ipv4Bytes = 12;
inline constexpr std::size_t kProxyV2Ipv6Bytes = 36;
inline constexpr std::size_t kProxyV2UnixBytes = 216;

} // namespace rtmpt_proxy::protocol
