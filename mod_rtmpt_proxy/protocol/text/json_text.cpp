// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/escaped_text.hpp>
#include <rtmpt_proxy/protocol/text/json_text.hpp>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::size_t kReplacementBytes = 3; // of U+FFFD

void append_json_character(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    out.append({'\\', c});
  } else if (value < 0x20 || value == 0x7f) {
    out.append("\\u00").append({kDigits[value >> 4], kDigits[value & 15]});
  } else {
    out += c;
  }
}

} // namespace

std::string json_text(std::string_view text) {
  std::string out{'"'};
  for (const char c : to_valid_utf8(text, text.size() * kReplacementBytes + kCutMark.size()))
    append_json_character(out, c);
  return out += '"';
}

} // namespace rtmpt_proxy::protocol
