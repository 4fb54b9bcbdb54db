// SPDX-License-Identifier: Apache-2.0
// Where in its records a stream of TLS stands.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::gateway {

// A record of TLS, of any version:
//
//    0      1         3        5
//   +------+---------+--------+--------------------+
//   | type | version | length | so many more bytes |
//   +------+---------+--------+--------------------+
//
// Reads lengths only, and believes every one of them.
class RecordCounter {
 public:
  static constexpr std::size_t kHeaderBytes = 5;

  void feed(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t count = std::min(missing_bytes(), bytes.size());
      for (std::size_t i = 0; i < count && held_bytes_ + i < kHeaderBytes; ++i)
        take_header(held_bytes_ + i, static_cast<std::uint8_t>(bytes[i]));
      held_bytes_ += count;
      bytes.remove_prefix(count);
      if (held_bytes_ >= kHeaderBytes && missing_bytes() == 0) held_bytes_ = 0;
    }
  }

  // The bytes that have come of a record that is not whole. 0: none has begun.
  std::size_t held_bytes() const { return held_bytes_; }

  // How many bytes are missing until this record is whole, or its header.
  std::size_t missing_bytes() const {
    return (held_bytes_ < kHeaderBytes ? kHeaderBytes : kHeaderBytes + body_bytes_) - held_bytes_;
  }

 private:
  void take_header(std::size_t position, std::uint8_t value) {
    if (position == 3) body_bytes_ = std::size_t{value} << 8;
    if (position == 4) body_bytes_ |= value;
  }

  std::size_t held_bytes_ = 0;
  std::size_t body_bytes_ = 0; // known when the header is whole
};

} // namespace rtmpt_proxy::gateway
