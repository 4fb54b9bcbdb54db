// SPDX-License-Identifier: Apache-2.0
// HAProxy's PROXY protocol, versions 1 and 2, as it is received (doc/proxy-protocol.txt of HAProxy).
//
//   v1   PROXY SP (TCP4 / TCP6) SP source SP destination SP source-port SP destination-port CR LF
//        PROXY SP UNKNOWN, anything, CR LF                                      at most 107 bytes with CR LF
//
//   v2   0                                    12        13         14        16
//        ┌────────────────────────────────────┬────┬────┬────┬─────┬─────────┬───────────┬────────┐
//        │ 0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A │ 2  │cmd │fam.│trans│ length  │ addresses │ TLVs … │
//        └────────────────────────────────────┴────┴────┴────┴─────┴─────────┴───────────┴────────┘
//        cmd    0 LOCAL, 1 PROXY                                  addresses and TLVs are `length` bytes
//        fam.   0 UNSPEC, 1 INET, 2 INET6, 3 UNIX                 addresses: 0, 12, 36, 216 bytes: source,
//        trans  0 UNSPEC, 1 STREAM, 2 DGRAM                       destination, source port, destination port
#pragma once

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::protocol {

inline constexpr std::size_t kMaxProxyV1Bytes = 107; // with CR and LF

// The connection that the sender speaks for.
struct ProxiedConnection {
  Endpoint source;      // the client
  Endpoint destination; // what the client connected to
  bool operator==(const ProxiedConnection&) const = default;
};

struct ProxyHeader {
  bool local = false; // v2: the sender's own connection, a health check for example
  // None for LOCAL, UNKNOWN, UNSPEC and UNIX: the connection's own addresses stand. A port may be 0.
  std::optional<ProxiedConnection> connection;
  bool operator==(const ProxyHeader&) const = default;
};

enum class ProxyHeaderError : std::uint8_t {
  none,                // the header is complete
  need_more,           // no error: append what comes next
  not_a_proxy_header,  // the bytes do not begin with either signature; every other error is behind one
  v1_too_long,         // kMaxProxyV1Bytes without CR LF
  v1_unknown_protocol, // neither TCP4, TCP6 nor UNKNOWN
  v1_malformed,        // not four fields with one space in front of each
  v1_bad_address,      // not of the family that was announced, or no address (see parse_ip_address)
  v1_bad_port,         // not 0 to 65535 without leading zeros
  v2_bad_version,      // the high half of byte 12 is not 2
  v2_bad_command,      // neither LOCAL nor PROXY
  v2_bad_family,       // PROXY with a byte 13 that version 2 does not have: all but 00 11 12 21 22 31 32
  v2_too_short,        // the length has no room for the addresses of the family
};

// A short sentence for a log ("the port is not 0 to 65535"); it quotes nothing of the header.
std::string_view to_string(ProxyHeaderError error);

enum class ProxySignature : std::uint8_t {
  none,    // no header begins like this
  partial, // every byte fits, and more are needed; also when there is no byte yet
  whole,   // "PROXY ", or the twelve bytes of version 2
};

// How the first bytes of a connection begin. For connections on which a header is not awaited, and not wanted.
ProxySignature find_proxy_signature(std::string_view bytes);

inline constexpr std::size_t kProxySignatureBytes = 12; // of the longer one: with these find_proxy_signature() knows

struct ProxyFeedResult {
  ProxyHeaderError error = ProxyHeaderError::need_more;
  std::size_t consumed_bytes = 0; // of the piece just fed; what follows a complete header is not the reader's
};

// Reads one header from the front of a connection, in pieces of any size. The receiver must wait for the whole header
// before it acts on it, and must not guess whether one is coming: both are the caller's, as is the time it waits.
// Memory is bounded by the object; addresses and TLVs that are not used are counted, not kept.
class ProxyHeaderReader {
 public:
  // An error is final, and so is a complete header. An empty piece asks for the state.
  ProxyFeedResult feed(std::string_view bytes);

  // Meaningful when the error is none.
  const ProxyHeader& header() const { return header_; }

  // With not_a_proxy_header: the bytes that were consumed before. They belong to the next reader of the connection. The
  // first byte that does not fit is not among them.
  std::string_view held() const { return {held_.data(), held_bytes_}; }

 private:
  void take(char byte);
  void take_v1();
  void take_v2(std::uint8_t byte);
  void begin_v2_block();
  void keep_v2_addresses();
  void skip_or_end();

  ProxyHeader header_;
  ProxyHeaderError error_ = ProxyHeaderError::need_more;
  std::array<char, kMaxProxyV1Bytes> held_{};
  std::size_t held_bytes_ = 0;
  std::size_t addresses_end_ = 0; // of v2, counted from the header's begin
  std::size_t skip_bytes_ = 0;    // of v2, behind the addresses that are kept
};

} // namespace rtmpt_proxy::protocol
