// SPDX-License-Identifier: Apache-2.0
// Takes an aggregate message (Adobe, "RTMP specification 1.0", 7.1.6) apart: its parts are FLV's tags.
#pragma once

#include <rtmpt_proxy/protocol/media/media_message.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::protocol {

// Owns nothing: the message must live until the last part was taken, or clear() was called. Not thread-safe.
class AggregateParts {
 public:
  // `payload` is the whole message, `time` its own: the parts' times count from that of the first.
  void begin(std::string_view payload, std::uint32_t time);
  void clear() { payload_ = {}; }

  // The next part that is sound, pictures or data goes into `message`, which points into the payload. False: there is
  // none; what cannot be read to its end is none.
  bool next(MediaMessage& message);

 private:
  std::string_view payload_;
  std::size_t begin_ = 0;    // of the next part
  std::uint32_t time_ = 0;   // of the message
  std::uint32_t offset_ = 0; // between the times of the parts and its own
};

} // namespace rtmpt_proxy::protocol
