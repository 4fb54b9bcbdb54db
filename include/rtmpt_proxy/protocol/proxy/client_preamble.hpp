// SPDX-License-Identifier: Apache-2.0
// How a backend is told the client's address: before the first byte of RTMP, or in a header of RTMPT.
//
//   PROXY protocol v1, v2   nginx-rtmp (v1), MediaMTX, HAProxy      formats: see proxy_header.hpp
//   SRS's preamble          SRS                                     F3, 00 04, the four bytes of an IPv4 address
//   X-Forwarded-For         RTMPT servers such as Red5
//
// Each must leave in one piece with nothing in front: nginx-rtmp takes its header from the first read alone.
#pragma once

#include <rtmpt_proxy/protocol/proxy/proxy_header.hpp>

#include <cstdint>
#include <string>

namespace rtmpt_proxy::protocol {

enum class ClientForwarding : std::uint8_t {
  none = 1,
  x_forwarded_for = 2,
  proxy_v1 = 3,
  proxy_v2 = 4,
  srs = 5,
};

// The bytes for an RTMP server before the client's first byte, at most kMaxProxyV1Bytes. Empty for none; for
// x_forwarded_for, which RTMP does not have; and when SRS has no form for the client's address.
std::string client_preamble(ClientForwarding how, const ProxiedConnection& connection);

// When one address is IPv4 and the other IPv6, the IPv4 one is written as ::ffff:a.b.c.d, because both must be of one
// family. This happens when a client's IPv6 address was restored on a connection over IPv4.
std::string encode_proxy_v1(const ProxiedConnection& connection);

// PROXY over STREAM, without TLVs. Families as with v1.
std::string encode_proxy_v2(const ProxiedConnection& connection);

// Empty for an IPv6 address: SRS has no form for it. (Source: SRS, SrsHandshakeBytes; go-oryx, RtmpProxy.)
std::string encode_srs_preamble(const IpAddress& client);

// The value of X-Forwarded-For: the address alone, without brackets and port.
std::string x_forwarded_for(const IpAddress& client);

} // namespace rtmpt_proxy::protocol
