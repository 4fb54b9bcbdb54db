// SPDX-License-Identifier: Apache-2.0
// What rtmpt-gateway writes first on a connection to httpd's private listener. Behind it follows, by its kind:
//   ask    one HTTP request, by which httpd is asked what a client of RTMP may do: "OPEN /live HTTP/1.1"
//   relay  a TLS handshake and everything that a client sends whose own TLS ends at the gateway
//
//    0         8      9      10      11       19         37            55      57      59
//   +---------+------+------+-------+--------+----------+-------------+-------+-------+----------+---------+
//   | "RTMP-  | kind | over | vers. | ticket | client   | destination | bytes | bytes | TLS ser- | session |
//   |  Task"  |      | TLS  |   2   |  u64   | 16 + u16 | 16 + u16    | u16   | u16   | ver name | name    |
//   +---------+------+------+-------+--------+----------+-------------+-------+-------+----------+---------+
//     integers are big-endian; an address is 16 bytes, IPv4 as ::ffff:a.b.c.d, with its port
//
// httpd believes all of it: nobody but the gateway can connect to that listener.
#pragma once

#include <rtmpt_proxy/protocol/proxy/proxy_header.hpp>
#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

inline constexpr std::size_t kMaxTlsServerNameBytes = 255;
inline constexpr std::size_t kAskPreambleFixedBytes = 59;
inline constexpr std::size_t kMaxAskSessionNameBytes = 64;

// The status and the reason with which the module says yes to an ask. Another module that ends the request without a
// word makes httpd answer "200 OK": that must let nobody in.
inline constexpr std::string_view kAskAllowed = "200 Allowed by its rules";

enum class AskKind : std::uint8_t {
  ask = 1,   // one request, then the connection ends
  relay = 2, // a client's connection, inside TLS once more
};

struct AskPreamble {
  AskKind kind = AskKind::ask;
  bool over_tls = false;       // the client's connection
  std::uint64_t ticket = 0;    // names the waiting client within the loop; see ask_ticket()
  ProxiedConnection client;    // for httpd the request comes from there, and to there
  std::string tls_server_name; // that the client asked for; at most kMaxTlsServerNameBytes
  // That the client's session will have, so that a refusal has the same name in all logs. At most
  // kMaxAskSessionNameBytes. Empty for a relay.
  SessionName session_name;
  bool operator==(const AskPreamble&) const = default;
};

std::string encode(const AskPreamble& preamble);

enum class AskPreambleState : std::uint8_t {
  need_more, // feed what comes next
  done,
  failed, // no preamble of this version; stays
};

// Reads one preamble from the front of a connection, in pieces of any size, and takes nothing behind it. Memory: the
// preamble.
class AskPreambleReader {
 public:
  // Returns how many of these bytes belong to the preamble.
  std::size_t feed(std::string_view bytes);
  AskPreambleState state() const { return state_; }
  // Meaningful when done.
  const AskPreamble& preamble() const { return preamble_; }

 private:
  void take_fixed_part();

  std::string held_;
  std::size_t wanted_bytes_ = kAskPreambleFixedBytes;
  std::size_t server_name_bytes_ = 0;
  AskPreamble preamble_;
  AskPreambleState state_ = AskPreambleState::need_more;
};

// A ticket tells the loop that asked, so that httpd's Admission finds it. `number` is 1 or more and counts the loop's
// tickets; a ticket is never 0.
constexpr std::uint64_t ask_ticket(std::uint32_t loop, std::uint64_t number) {
  return (std::uint64_t{loop} << 56) | (number & 0x00ff'ffff'ffff'ffffULL);
}
constexpr std::uint32_t loop_of_ticket(std::uint64_t ticket) {
  return static_cast<std::uint32_t>(ticket >> 56);
}

} // namespace rtmpt_proxy::protocol
