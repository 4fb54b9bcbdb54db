// SPDX-License-Identifier: Apache-2.0
#include "protocol/rtmp/message_name.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace rtmpt_proxy::protocol {

namespace {

constexpr char kStringMarker = 0x02;
constexpr std::size_t kLengthBytes = 2;

bool is_shared_object(std::uint8_t type) {
  return type == kAmf0SharedObjectMessage || type == kAmf3SharedObjectMessage;
}

bool is_amf3(std::uint8_t type) {
  return type == kAmf3DataMessage || type == kAmf3SharedObjectMessage || type == kAmf3CommandMessage;
}

constexpr char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool are_alike(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char left, char right) { return lower_case(left) == right; });
}

struct NameFront {
  std::string_view text; // up to a NUL
  bool is_whole = false;
};

// Unset when no name stands there. A front that is too short to tell has an empty name that is not whole.
std::optional<NameFront> name_in(std::string_view front, bool has_marker) {
  if (has_marker) {
    if (front.empty()) return NameFront{};
    if (front.front() != kStringMarker) return std::nullopt;
    front.remove_prefix(1);
  }
  if (front.size() < kLengthBytes) return NameFront{};
  const std::size_t length =
      std::size_t{static_cast<std::uint8_t>(front[0])} << 8 | static_cast<std::uint8_t>(front[1]);
  const std::string_view text = front.substr(kLengthBytes).substr(0, length);
  const std::size_t nul = text.find('\0');
  return NameFront{text.substr(0, nul), text.size() == length || nul != std::string_view::npos};
}

// The places where media servers look for the name: AMF3's types have a byte in front of it, which some pass over.
std::array<std::optional<NameFront>, 2> names_in(std::uint8_t type, std::string_view front) {
  const bool has_marker = !is_shared_object(type);
  std::array<std::optional<NameFront>, 2> names;
  names[0] = name_in(front, has_marker);
  if (is_amf3(type)) names[1] = name_in(front.substr(std::min<std::size_t>(1, front.size())), has_marker);
  return names;
}

} // namespace

bool has_name(std::uint8_t message_type) {
  return message_type >= kAmf3DataMessage && message_type <= kAmf0CommandMessage;
}

bool may_have_name(std::uint8_t message_type, std::string_view front, std::string_view name) {
  const auto names = names_in(message_type, front);
  return std::any_of(names.begin(), names.end(), [name](const std::optional<NameFront>& one) {
    return one && one->is_whole && are_alike(one->text, name);
  });
}

bool may_become(std::uint8_t message_type, std::string_view front, std::string_view name) {
  const auto names = names_in(message_type, front);
  return std::any_of(names.begin(), names.end(), [name](const std::optional<NameFront>& one) {
    if (!one) return false;
    return one->is_whole ? are_alike(one->text, name) : are_alike(one->text, name.substr(0, one->text.size()));
  });
}

} // namespace rtmpt_proxy::protocol
