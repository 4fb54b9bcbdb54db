// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/wipe.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

using namespace rtmpt_proxy::protocol;

namespace {

bool all_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char one) { return one == '\0'; });
}

} // namespace

TEST_CASE("Bytes are overwritten, and none beside them", "[wipe]") {
  std::array<char, 8> bytes{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'};
  wipe(std::span(bytes).subspan(2, 3));
  CHECK(std::string_view(bytes.data(), bytes.size()) == std::string_view("ab\0\0\0fgh", 8));
  wipe(std::span<char>());
  CHECK(bytes[0] == 'a');
}

TEST_CASE("A text is overwritten up to the end of its memory, which it keeps", "[wipe]") {
  for (const std::size_t size : {0u, 1u, 15u, 16u, 1000u}) {
    CAPTURE(size);
    std::string text(size, 'k');
    text.reserve(2000);
    text.append("more");
    text.resize(size / 2); // what was behind it is still in memory
    const char* const memory = text.data();
    const std::size_t capacity = text.capacity();
    wipe(text);
    CHECK(text.empty());
    REQUIRE(text.data() == memory);
    CHECK(text.capacity() == capacity);
    text.resize(capacity, 'x'); // all of it may be looked at, and nothing of it is written behind its old end
    wipe(text);
    text.resize(capacity);
    CHECK(all_zero(text));
  }
}

TEST_CASE("Appending gives what a text gives, however it is cut", "[wipe]") {
  const std::string whole = [] {
    std::string text;
    for (int i = 0; i < 5000; ++i)
      text += static_cast<char>('a' + i % 26);
    return text;
  }();
  for (const std::size_t piece : {1u, 7u, 100u, 4999u, 5000u}) {
    CAPTURE(piece);
    std::string text;
    for (std::size_t at = 0; at < whole.size(); at += piece)
      append_and_wipe(text, std::string_view(whole).substr(at, piece));
    CHECK(text == whole);
    append_and_wipe(text, {});
    CHECK(text == whole);
  }
}

TEST_CASE("Appending byte by byte takes memory rarely", "[wipe]") {
  std::string text;
  std::size_t moves = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::size_t before = text.capacity();
    append_and_wipe(text, "k");
    if (text.capacity() != before) ++moves;
  }
  CHECK(text == std::string(100'000, 'k'));
  CHECK(moves <= 20);
}
