// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/text/base64.hpp>

#include <cstddef>
#include <cstdint>

namespace rtmpt_proxy::policy {

std::string to_base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t kGroupBytes = 3;
  std::string text;
  for (; !bytes.empty(); bytes.remove_prefix(bytes.size() < kGroupBytes ? bytes.size() : kGroupBytes)) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < kGroupBytes; ++i)
      group = group << 8 | (i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0u);
    for (std::size_t i = 0; i <= kGroupBytes; ++i)
      text += i <= bytes.size() ? kDigits[group >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

} // namespace rtmpt_proxy::policy
