// SPDX-License-Identifier: Apache-2.0
// Bounds-checked reads and appends of big-endian integers and length-prefixed text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// Reads from bytes it does not own. A read past the end returns zero or an empty view and makes ok() false for good,
// so that a decoder checks once at its end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  std::string_view raw(std::size_t size_bytes); // that many bytes; the view points into the input
  std::string_view text8();                     // 8-bit length, then that many bytes; the same
  std::string_view text16();                    // the same with a 16-bit length
  std::string_view text32();                    // the same with a 32-bit length

  bool ok() const { return ok_; }
  // True when every byte was read and none was missing: a message with a surplus is as wrong as a short one.
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  std::uint64_t integer(std::size_t size_bytes);

  std::string_view rest_;
  bool ok_ = true;
};

// Appends to `out`. Text longer than its prefix can say is cut there.
void put_u8(std::string& out, std::uint8_t value);
void put_u16(std::string& out, std::uint16_t value);
void put_u32(std::string& out, std::uint32_t value);
void put_u64(std::string& out, std::uint64_t value);
void put_text16(std::string& out, std::string_view text);
void put_text32(std::string& out, std::string_view text);

} // namespace rtmpt_proxy::protocol
