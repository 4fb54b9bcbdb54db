// How a backend is told who the client is, in front of the first byte of RTMP or in a header of RTMPT.
//
//   PROXY protocol v1, v2   nginx-rtmp (v1), MediaMTX, HAProxy      formats: see proxy_header.hpp
//   SRS's preamble          SRS                                     F3, 00 04, the four bytes of an IPv4 address
//   X-Forwarded-For         RTMPT servers such as Red5
//
// Each must leave in one piece with nothing in front: nginx-rtmp takes its header from the first read alone.
#pragma once

#include <rtmpt_proxy/protocol/proxy_header.hpp>

#include <string>

namespace rtmpt_proxy::protocol {

// Of an IPv4 and an IPv6 address the first is written as ::ffff:a.b.c.d, for both must be of one family. That is so
// when a client's IPv6 address was restored on a connection over IPv4.
std::string encode_proxy_v1(const ProxiedConnection& connection);

// PROXY over STREAM, without TLVs. Families as with v1.
std::string encode_proxy_v2(const ProxiedConnection& connection);

// Empty for an IPv6 address: SRS has no form for it. (Source: SRS, SrsHandshakeBytes; go-oryx, RtmpProxy.)
std::string encode_srs_preamble(const IpAddress& client);

// The value of X-Forwarded-For: the address alone, without brackets and port.
std::string x_forwarded_for(const IpAddress& client);

} // namespace rtmpt_proxy::protocol
