// Which of the gateway's event loops a session belongs to: the first character of its id says so.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::protocol {

// What session ids are made of: characters that need no escape in a URL.
inline constexpr std::string_view kSessionIdAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

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
