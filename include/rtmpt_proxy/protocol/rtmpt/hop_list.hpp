// SPDX-License-Identifier: Apache-2.0
// Detects opens that go in a circle. A server's own open to an RTMPT server carries the header
//
//   RTMPT-Hops: 0123456789abcdef, 00112233445566ff
//
// with the names of the servers that the open has passed, the first one first. A name is random and known to nobody who
// has not had such an open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

inline constexpr const char* kHopHeader = "RTMPT-Hops";
inline constexpr std::size_t kHopNameBytes = 16; // of 0-9 a-f
inline constexpr std::size_t kMaxHops = 8;       // servers in a row

enum class HopVerdict : std::uint8_t {
  passes,
  comes_back, // this server's own name is in the list
  too_many,   // kMaxHops servers before this one
  malformed,  // no list of names: no server with streams wrote it
};

// A few words for a log: "the open has come back to the server that sent it".
std::string_view to_string(HopVerdict verdict);

struct HopCheck {
  HopVerdict verdict = HopVerdict::passes;
  std::string onward; // the header's value for the next server, when the open passes
};

// `value` is that of the header, empty when there is none; `own_name` this server's.
HopCheck check_hops(std::string_view value, std::string_view own_name);

} // namespace rtmpt_proxy::protocol
