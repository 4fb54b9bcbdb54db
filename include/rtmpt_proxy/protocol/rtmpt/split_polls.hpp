// SPDX-License-Identifier: Apache-2.0
// Polls whose head and body a client sends apart, some 40 ms: ffmpeg does, where Nagle's algorithm meets delayed
// acknowledgements. Nothing can be done with the head alone, so nobody needs to wake up for it.
#pragma once

#include <cstddef>
#include <string_view>

namespace rtmpt_proxy::protocol {

// Whether `bytes` look as if they ended where a request's head does that announces a body. A guess: when it is wrong
// what is there may be looked at a little later, never be lost.
bool is_head_alone(std::string_view bytes);

// Learns how many bytes the head of a client's polls takes on its connection, which under TLS are others than it has.
// Not thread-safe.
class SplitPolls {
 public:
  // More has come: `request` is all there is of what the client is sending, and `wire_bytes` the connection's bytes
  // that brought what is new in it; 0 when not known. Returns how many bytes make the next look at the connection worth
  // while: more than one only behind a whole poll, for then the next request is a poll too, or has more bytes than one.
  std::size_t next_look_bytes(std::string_view request, std::size_t wire_bytes);

 private:
  std::size_t request_bytes_ = 0; // of the unfinished request, on the wire
  std::size_t head_bytes_ = 0;    // of the last poll's head, on the wire; 0: it came with its body
};

} // namespace rtmpt_proxy::protocol
