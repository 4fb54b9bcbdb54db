// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>
#include <rtmpt_proxy/protocol/text/utf8.hpp>

#include <bit>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::uint8_t kObjectEnd = 0x09;

Amf0Token with_text(Amf0Token token, Amf0Kind kind, std::string_view text) {
  token.kind = kind;
  token.text = cut_utf8(text, kMaxAmf0TextBytes);
  token.is_cut = token.text.size() < text.size();
  return token;
}

Amf0Token with_number(Amf0Token token, Amf0Kind kind, double number) {
  token.kind = kind;
  token.number = number;
  return token;
}

} // namespace

std::string_view to_string(Amf0Error error) {
  switch (error) {
  case Amf0Error::none: return "the values are good";
  case Amf0Error::truncated: return "the message ends within a value";
  case Amf0Error::too_deep: return "objects are nested over 8 deep";
  case Amf0Error::too_many_properties: return "there are over 256 properties";
  case Amf0Error::unknown_marker: return "a value's marker is none of AMF0";
  case Amf0Error::amf3: return "a value is AMF3";
  }
  return "the values have an unknown error";
}

Amf0Token Amf0Reader::next() {
  if (error_ != Amf0Error::none || (depth_ == 0 && bytes_.finished())) return {};
  Amf0Token token = depth_ > 0 ? member() : value(bytes_.u8(), {});
  return bytes_.ok() || error_ != Amf0Error::none ? token : fail(Amf0Error::truncated);
}

// A property, an element, or the end of what is open.
Amf0Token Amf0Reader::member() {
  Level& level = levels_[depth_ - 1];
  Amf0Token token;
  token.depth = depth_;
  if (level.is_array) {
    if (level.elements_left == 0) return close();
    --level.elements_left;
  } else {
    token.name = cut_utf8(bytes_.text16(), kMaxAmf0TextBytes);
  }
  const std::uint8_t marker = bytes_.u8();
  if (!bytes_.ok()) return fail(Amf0Error::truncated);
  if (!level.is_array && token.name.empty() && marker == kObjectEnd) return close();
  if (++properties_ > kMaxAmf0Properties) return fail(Amf0Error::too_many_properties);
  return value(marker, token);
}

Amf0Token Amf0Reader::value(std::uint8_t marker, Amf0Token token) {
  switch (marker) {
  case 0x00: return with_number(token, Amf0Kind::number, std::bit_cast<double>(bytes_.u64()));
  case 0x01: return with_number(token, Amf0Kind::boolean, bytes_.u8() == 0 ? 0 : 1);
  case 0x02: return with_text(token, Amf0Kind::string, bytes_.text16());
  case 0x03: return open(Amf0Kind::object, token, 0);
  case 0x05: return with_number(token, Amf0Kind::null, 0);
  case 0x06: return with_number(token, Amf0Kind::undefined, 0);
  case 0x07: return with_number(token, Amf0Kind::reference, bytes_.u16());
  case 0x08: bytes_.u32(); return open(Amf0Kind::object, token, 0); // the count is a hint that senders get wrong
  case 0x0a: return open(Amf0Kind::array, token, bytes_.u32());
  case 0x0b: {
    token = with_number(token, Amf0Kind::date, std::bit_cast<double>(bytes_.u64()));
    bytes_.u16(); // the time zone: "should not be used"
    return token;
  }
  case 0x0c: token.is_long = true; return with_text(token, Amf0Kind::string, bytes_.text32());
  case 0x0d: return with_number(token, Amf0Kind::unsupported, 0);
  case 0x0f: return with_text(token, Amf0Kind::xml, bytes_.text32());
  case 0x10: return open(Amf0Kind::object, with_text(token, Amf0Kind::object, bytes_.text16()), 0);
  case 0x11: return fail(Amf0Error::amf3);
  default: return fail(bytes_.ok() ? Amf0Error::unknown_marker : Amf0Error::truncated);
  }
}

Amf0Token Amf0Reader::open(Amf0Kind kind, Amf0Token token, std::uint32_t elements) {
  if (depth_ == kMaxAmf0Depth) return fail(Amf0Error::too_deep);
  levels_[depth_++] = {kind == Amf0Kind::array, elements};
  token.kind = kind;
  return token;
}

Amf0Token Amf0Reader::close() {
  Amf0Token token;
  token.kind = Amf0Kind::close;
  token.depth = --depth_;
  return token;
}

Amf0Token Amf0Reader::fail(Amf0Error error) {
  error_ = error;
  return {};
}

} // namespace rtmpt_proxy::protocol
