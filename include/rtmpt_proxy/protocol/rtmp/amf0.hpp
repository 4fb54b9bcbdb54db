// SPDX-License-Identifier: Apache-2.0
// AMF0, the values of RTMP's commands (Adobe, "Action Message Format -- AMF 0"). It is only read here, never written.
//
//   marker  value                                          marker  value
//   00      number: 8 bytes, IEEE 754                      0a      strict array: 32-bit count, values
//   01      boolean: 1 byte                                0b      date: 8 bytes, 16-bit zone
//   02      string: 16-bit length, bytes                   0c      long string: 32-bit length, bytes
//   03      object: (16-bit length, name, value) ... end   0d      unsupported
//   05 06   null, undefined                                0f      XML: as a long string
//   07      reference: 16-bit index                        10      typed object: class name, then as an object
//   08      ECMA array: 32-bit count, then as an object    11      AVM+: AMF3 from here on
//   end     an empty name and 09                           04 0e   reserved
#pragma once

#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::protocol {

// Of one message. Enhanced RTMP's largest connect has about 60 properties and elements, at depths up to 2.
inline constexpr std::size_t kMaxAmf0Depth = 8;
inline constexpr std::size_t kMaxAmf0Properties = 256; // properties and elements, at every depth together
inline constexpr std::size_t kMaxAmf0TextBytes = 4096; // longer text is cut; see Amf0Token::is_cut

enum class Amf0Kind : std::uint8_t {
  end, // no value is left, or an error: see Amf0Reader::error()
  number,
  boolean,
  string, // a long string, too
  null,
  undefined,
  reference,
  date,
  unsupported,
  xml,
  object, // an ECMA array or typed object, too: its properties follow, then close
  array,  // strict: its elements follow, then close
  close,  // of the innermost object or array
};

enum class Amf0Error : std::uint8_t {
  none,
  truncated,           // the message ends within a value
  too_deep,            // over kMaxAmf0Depth
  too_many_properties, // over kMaxAmf0Properties
  unknown_marker,      // reserved, over 11, or an object's end in the place of a value
  amf3,                // not the sender's error: AMF3 follows, which is not read here
};

// A short sentence for a log; it quotes nothing of the message.
std::string_view to_string(Amf0Error error);

struct Amf0Token {
  Amf0Kind kind = Amf0Kind::end;
  std::size_t depth = 0; // how many objects and arrays are around it
  std::string_view name; // of a property: at most kMaxAmf0TextBytes of it; else empty. Points into the message
  std::string_view text; // of a string, XML, or a typed object's class: likewise, cut between UTF-8 characters
  bool is_cut = false;   // `text` is only the beginning
  bool is_long = false;  // a long string (marker 0c), which media servers do not take where they expect a string
  double number = 0;     // of a number, boolean (0 or 1), reference, or date (ms since 1970)
};

// Walks through a whole message, value by value. Allocates nothing; its memory is the object. An error stays.
class Amf0Reader {
 public:
  // The bytes must live as long as the reader and its tokens.
  explicit Amf0Reader(std::string_view message) : bytes_(message) {}

  Amf0Token next();

  Amf0Error error() const { return error_; }

 private:
  struct Level {
    bool is_array = false;
    std::uint32_t elements_left = 0; // of an array
  };

  Amf0Token member();
  Amf0Token value(std::uint8_t marker, Amf0Token token);
  Amf0Token open(Amf0Kind kind, Amf0Token token, std::uint32_t elements);
  Amf0Token close();
  Amf0Token fail(Amf0Error error);

  ByteReader bytes_;
  std::array<Level, kMaxAmf0Depth> levels_{};
  std::size_t depth_ = 0;
  std::size_t properties_ = 0;
  Amf0Error error_ = Amf0Error::none;
};

} // namespace rtmpt_proxy::protocol
