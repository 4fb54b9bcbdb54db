// SPDX-License-Identifier: Apache-2.0
#include "control/ascii_json.hpp"

#include <rtmpt_proxy/protocol/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

namespace rtmpt_proxy::control {

namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kDelete = 0x7F;

void append_unit(std::string& out, unsigned unit) {
  std::array<char, 12> text{}; // also for more than the four digits that it gets
  std::snprintf(text.data(), text.size(), "\\u%04x", unit);
  out += text.data();
}

void append_escaped(std::string& out, char32_t code_point) {
  if (code_point < 0x10000) return append_unit(out, static_cast<unsigned>(code_point));
  const auto beyond = static_cast<unsigned>(code_point - 0x10000);
  append_unit(out, 0xD800 + (beyond >> 10));
  append_unit(out, 0xDC00 + (beyond & 0x3FF));
}

} // namespace

std::string ascii_json(std::string_view document) {
  std::string out;
  out.reserve(document.size());
  while (!document.empty()) {
    const protocol::Utf8Character next = protocol::first_utf8_character(document);
    if (next.bytes == 1 && next.code_point < kDelete)
      out += document.front();
    else
      append_escaped(out, next.bytes > 0 ? next.code_point : kReplacement);
    document.remove_prefix(std::max<std::size_t>(next.bytes, 1));
  }
  return out;
}

} // namespace rtmpt_proxy::control
