// Runs a fuzzer's function over the files of its corpus: usage: replay_<parser> <corpus folder>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::size_t replay(const std::filesystem::path& corpus) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    if (!file) throw std::filesystem::filesystem_error("cannot read", entry.path(), std::error_code());
    std::printf("%s, %zu bytes\n", entry.path().filename().c_str(), input.size());
    std::fflush(stdout); // the last line names the file when the next call crashes
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    ++files;
  }
  return files;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s <corpus folder>\n", argv[0]);
    return 2;
  }
  try {
    if (const std::size_t files = replay(argv[1]); files > 0) {
      std::printf("%zu inputs replayed\n", files);
      return 0;
    }
    std::fprintf(stderr, "the corpus %s is empty: expected at least one input\n", argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the corpus %s: %s\n", argv[1], error.what());
  }
  return 1;
}
