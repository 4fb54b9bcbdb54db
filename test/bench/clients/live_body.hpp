// SPDX-License-Identifier: Apache-2.0
// The body of an HTTP answer that does not end, without its framing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::bench {

enum class BodyForm : std::uint8_t {
  until_close,
  chunked,   // HTTP/1.1
  websocket, // messages from a server
};

class LiveBody {
 public:
  explicit LiveBody(BodyForm form) : form_(form) {}

  // Takes some of `bytes` off its front, and returns what belongs to the body of it, which may be nothing. `bytes` must
  // not be empty, and the body must not have ended.
  std::string_view next(std::string_view& bytes);
  // The other side has ended it, or has sent what cannot be understood.
  bool has_ended() const { return has_ended_; }

 private:
  void take_line_end();
  void take_frame_head();

  BodyForm form_;
  std::string head_;                // of a chunk or a frame, as far as it is there
  std::uint64_t payload_bytes_ = 0; // of it that have not come
  bool is_wanted_ = true;           // they belong to the body
  bool has_ended_ = false;
};

} // namespace rtmpt_proxy::bench
