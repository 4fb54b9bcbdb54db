// SPDX-License-Identifier: Apache-2.0
// The form of a session id. It contains the event loop and the gateway that the session belongs to.
//
//   L TTTT RRRRRRRRRRRRRRRRRR
//   |  |   18 characters at random: 108 bits, another 108 for each session
//   |  the gateway's tag, 4 characters: 24 bits at random, the same for all sessions of one process
//   the loop, 1 character
//
// After an upgrade two gateways live side by side. The tag tells each of them, and httpd, whose session an id is,
// without asking. A client learns the tag with its own id, so only the last 18 characters are secret.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::protocol {

// The characters of session ids. They need no escape in a URL.
inline constexpr std::string_view kSessionIdAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Every id has this length.
inline constexpr std::size_t kSessionIdBytes = 23;
inline constexpr std::size_t kGatewayTagBytes = 4;
inline constexpr std::size_t kRandomIdBytes = kSessionIdBytes - 1 - kGatewayTagBytes;
static_assert(kRandomIdBytes * 6 >= 100, "6 bits a character: nobody can guess an id");

// A table, for each request is looked at.
inline constexpr std::array<bool, 256> kIsSessionIdCharacter = [] {
  std::array<bool, 256> table{};
  for (const char c : kSessionIdAlphabet)
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

constexpr bool has_only_session_id_characters(std::string_view text) {
  for (const char c : text)
    if (!kIsSessionIdCharacter[static_cast<unsigned char>(c)]) return false;
  return true;
}

// Whether `text` has the form of a session id. Such a session need not exist.
constexpr bool is_session_id(std::string_view text) {
  return text.size() == kSessionIdBytes && has_only_session_id_characters(text);
}

// Whether `text` has the form of a gateway's tag.
constexpr bool is_gateway_tag(std::string_view text) {
  return text.size() == kGatewayTagBytes && has_only_session_id_characters(text);
}

// The tag in `id`; empty when `id` is too short.
constexpr std::string_view gateway_tag_of(std::string_view id) {
  return id.size() > kGatewayTagBytes ? id.substr(1, kGatewayTagBytes) : std::string_view();
}

// The most loops one gateway can have: one for each character.
inline constexpr std::uint32_t kMaxGatewayLoops = 64;
static_assert(kSessionIdAlphabet.size() == kMaxGatewayLoops);

// The first character of the ids of `loop`'s sessions; `loop` is below kMaxGatewayLoops.
constexpr char loop_character(std::uint32_t loop) {
  return kSessionIdAlphabet[loop];
}

// The loop in `id`. Unset when no gateway makes such an id.
constexpr std::optional<std::uint32_t> loop_of_session(std::string_view id) {
  const std::size_t place = id.empty() ? std::string_view::npos : kSessionIdAlphabet.find(id.front());
  if (place == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint32_t>(place);
}

} // namespace rtmpt_proxy::protocol
