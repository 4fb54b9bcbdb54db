// SPDX-License-Identifier: Apache-2.0
// Bytes that nobody mistakes for something else, and their comparison.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::test {

// `count` bytes that follow from `seed` alone, so a failure can be repeated.
std::string random_bytes(std::size_t count, std::uint32_t seed);

// `bytes` cut into pieces of 1 to `largest` bytes, sizes following from `seed`.
std::vector<std::string> random_pieces(std::string_view bytes, std::size_t largest, std::uint32_t seed);

// Empty when both are equal; else a line with the sizes and the place of the first difference. Comparing megabytes with
// Catch would print them.
std::string difference(std::string_view got, std::string_view wanted);

} // namespace rtmpt_proxy::test
