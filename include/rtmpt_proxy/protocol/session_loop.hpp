// The form of a session id, and which of the gateway's event loops a session belongs to: the id's first character says
// so.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::protocol {

// What session ids are made of: characters that need no escape in a URL.
inline constexpr std::string_view kSessionIdAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Every id has this length: one character for the loop, and 22 at random, which are 132 bits.
inline constexpr std::size_t kSessionIdBytes = 23;

// A table, for each request is looked at.
inline constexpr std::array<bool, 256> kIsSessionIdCharacter = [] {
  std::array<bool, 256> table{};
  for (const char c : kSessionIdAlphabet)
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

// Whether `text` has the form of a gateway's session id. Says nothing of whether there is such a session.
constexpr bool is_session_id(std::string_view text) {
  if (text.size() != kSessionIdBytes) return false;
  for (const char c : text)
    if (!kIsSessionIdCharacter[static_cast<unsigned char>(c)]) return false;
  return true;
}

// The most loops one gateway can have: one for each character.
inline constexpr std::uint32_t kMaxGatewayLoops = 64;
static_assert(kSessionIdAlphabet.size() == kMaxGatewayLoops);

// The first character of the ids of `loop`'s sessions; `loop` is below kMaxGatewayLoops.
constexpr char loop_character(std::uint32_t loop) {
  return kSessionIdAlphabet[loop];
}

// The loop whose session `id` would be. Unset when no gateway gives such an id.
constexpr std::optional<std::uint32_t> loop_of_session(std::string_view id) {
  const std::size_t place = id.empty() ? std::string_view::npos : kSessionIdAlphabet.find(id.front());
  if (place == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint32_t>(place);
}

} // namespace rtmpt_proxy::protocol
