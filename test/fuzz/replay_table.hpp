// SPDX-License-Identifier: Apache-2.0
// The functions of all fuzzers, for the program that replays their corpora.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rtmpt_proxy::test {

// One input. Aborts the program when the parser does something wrong.
using FuzzFunction = int(const std::uint8_t* data, std::size_t size);

struct NamedFuzzer {
  std::string_view parser; // as its file and its corpus are called
  FuzzFunction* function = nullptr;
};

// Every fuzzer of this project.
std::span<const NamedFuzzer> all_fuzzers();

} // namespace rtmpt_proxy::test
