// SPDX-License-Identifier: Apache-2.0
// Runs one fuzzer's function over the files of its corpus: usage: replay_corpus PARSER CORPUS-FOLDER
#include "replay_table.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using rtmpt_proxy::test::FuzzFunction;

// Null for a name that is not the name of a parser.
FuzzFunction* function_of(std::string_view parser) {
  const auto fuzzers = rtmpt_proxy::test::all_fuzzers();
  const auto found = std::ranges::find(fuzzers, parser, &rtmpt_proxy::test::NamedFuzzer::parser);
  return found == fuzzers.end() ? nullptr : found->function;
}

std::size_t replay(FuzzFunction& function, const std::filesystem::path& corpus) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    if (!file) throw std::filesystem::filesystem_error("cannot read", entry.path(), std::error_code());
    std::printf("%s, %zu bytes\n", entry.path().filename().c_str(), input.size());
    std::fflush(stdout); // the last line names the file when the next call crashes
    function(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    ++files;
  }
  return files;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s PARSER CORPUS-FOLDER\n", argv[0]);
    return 2;
  }
  FuzzFunction* const function = function_of(argv[1]);
  if (!function) {
    std::fprintf(stderr, "'%s' is no parser; there are:", argv[1]);
    for (const auto& fuzzer : rtmpt_proxy::test::all_fuzzers())
      std::fprintf(stderr, " %.*s", static_cast<int>(fuzzer.parser.size()), fuzzer.parser.data());
    std::fprintf(stderr, "\n");
    return 2;
  }
  try {
    if (const std::size_t files = replay(*function, argv[2]); files > 0) {
      std::printf("%zu inputs replayed\n", files);
      return 0;
    }
    std::fprintf(stderr, "the corpus %s is empty: expected at least one input\n", argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the corpus %s: %s\n", argv[2], error.what());
  }
  return 1;
}
