// SPDX-License-Identifier: Apache-2.0
#include "support/os/random_bytes.hpp"

#include <algorithm>
#include <random>

namespace rtmpt_proxy::test {

std::string random_bytes(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string bytes(count, '\0');
  for (auto& byte : bytes)
    byte = static_cast<char>(random());
  return bytes;
}

std::vector<std::string> random_pieces(std::string_view bytes, std::size_t largest, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::size_t> size(1, largest);
  std::vector<std::string> pieces;
  while (!bytes.empty()) {
    const auto count = std::min(size(random), bytes.size());
    pieces.emplace_back(bytes.substr(0, count));
    bytes.remove_prefix(count);
  }
  return pieces;
}

std::string difference(std::string_view got, std::string_view wanted) {
  if (got == wanted) return {};
  const auto at = std::mismatch(got.begin(), got.end(), wanted.begin(), wanted.end()).first - got.begin();
  return "got " + std::to_string(got.size()) + " bytes, wanted " + std::to_string(wanted.size()) +
         ", first difference at byte " + std::to_string(at);
}

} // namespace rtmpt_proxy::test
