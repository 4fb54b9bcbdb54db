// SPDX-License-Identifier: Apache-2.0
// The first flight of a TLS client, as far as it says which server it wants: RFC 8446 (4.1.2, 4.2.11 and 5.1), RFC 6066
// (3) and RFC 7301.
//
//    0      1         3        5
//   +------+---------+--------+-----------+
//   |  22  | version | length | fragment  |  the hello may go on in further records
//   +------+---------+--------+-----------+
//
//    0      1        4         6        38
//   +------+--------+---------+--------+------------+---------------+-------------+------------+
//   |   1  | length | version | random | session id | cipher suites | compression | extensions |
//   +------+--------+---------+--------+------------+---------------+-------------+------------+
//            u24                         u8 + bytes   u16 + bytes     u8 + bytes    u16 + bytes, or nothing
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

inline constexpr std::size_t kMaxClientHelloBytes = 16u << 10; // with its own header of 4 bytes
inline constexpr std::size_t kMaxClientHelloRecords = 16;
// With these nobody needs to look any further: the records, with a header of 5 bytes each.
inline constexpr std::size_t kMaxClientFlightBytes = kMaxClientHelloBytes + 5 * kMaxClientHelloRecords;

enum class ClientHelloError : std::uint8_t {
  none,            // the hello is complete
  need_more,       // no error: look again when there are more bytes
  ssl2_hello,      // the first byte has its high bit set, as in the form of SSL 2
  no_handshake,    // the record is of another type, or its version is not 3.x
  bad_record,      // a record without content, or one that is longer than 16384 bytes
  no_client_hello, // another message of the handshake
  too_long,        // over kMaxClientHelloBytes, or in more than kMaxClientHelloRecords records
  malformed,       // fields missing, surplus, twice, or out of their range; a server name that is no name
};

// A few words for a log; they quote nothing of the hello.
std::string_view to_string(ClientHelloError error);

struct ClientHello {
  std::string server_name; // of the extension server_name (SNI), in printable ASCII, at most 255 bytes; empty: none
  bool offers_protocols = false; // there is an extension for ALPN
  bool resumes = false;          // it has a ticket of an earlier connection of TLS 1.3 (pre_shared_key)
  bool operator==(const ClientHello&) const = default;
};

struct ClientHelloLook {
  ClientHelloError error = ClientHelloError::need_more;
  // With need_more: how many bytes there must be at least, those looked at included, before another look says more. It
  // is at most kMaxClientFlightBytes.
  std::size_t needed_bytes = 0;
  ClientHello hello; // meaningful when the error is none
  bool operator==(const ClientHelloLook&) const = default;
};

// Looks at the first bytes of a connection, as many as have come. It remembers nothing: every look begins at the first
// byte. Once there are enough bytes for another result than need_more, further bytes do not change it. A hello that is
// good here need not be good for a TLS library.
ClientHelloLook look_at_client_hello(std::string_view bytes);

} // namespace rtmpt_proxy::protocol
