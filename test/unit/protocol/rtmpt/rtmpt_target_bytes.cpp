// SPDX-License-Identifier: Apache-2.0
// Every byte value at the places where a hand-made character test goes wrong.
#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace rtmpt_proxy::protocol;

namespace {

constexpr std::string_view kIdCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const std::string kId = "AbcdefghijklmnopqrstuZ_";
constexpr std::string_view kDigits = "0123456789";

bool is_in(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

} // namespace

TEST_CASE("Only the 64 URL-safe characters may stand in a session id", "[rtmpt_target]") {
  std::size_t accepted = 0;
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    const std::string id = "a" + (c + kId.substr(2));
    const std::string path = "/send/" + id + "/7";
    CAPTURE(value);
    const TargetResult result = parse_rtmpt_target(path);
    if (is_in(kIdCharacters, c)) {
      ++accepted;
      CHECK(result.error == TargetError::none);
      CHECK(result.target.session_id == id);
      CHECK(result.target.sequence_number == 7u);
    } else {
      CHECK(result.error == TargetError::not_a_tunnel_target);
    }
  }
  CHECK(accepted == 64);
}

TEST_CASE("Only the ten digits may stand in a sequence number", "[rtmpt_target]") {
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    CAPTURE(value);
    const TargetResult alone = parse_rtmpt_target("/idle/" + kId + "/" + c);
    const TargetResult inside = parse_rtmpt_target("/idle/" + kId + "/1" + c + "2");
    if (is_in(kDigits, c)) {
      const std::uint32_t digit = static_cast<std::uint32_t>(c - '0');
      CHECK(alone.error == TargetError::none);
      CHECK(alone.target.sequence_number == digit);
      CHECK(inside.error == TargetError::none);
      CHECK(inside.target.sequence_number == 102 + 10 * digit);
    } else {
      CHECK(alone.error == TargetError::bad_sequence_number);
      CHECK(inside.error == (c == '?' ? TargetError::none : TargetError::bad_sequence_number));
    }
  }
}

TEST_CASE("A close may leave out its number but not write something else", "[rtmpt_target]") {
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    CAPTURE(value);
    const TargetResult result = parse_rtmpt_target("/close/" + kId + "/" + c);
    const bool good = is_in(kDigits, c) || c == '?';
    CHECK(result.error == (good ? TargetError::none : TargetError::bad_sequence_number));
    CHECK(result.target.sequence_number.has_value() == is_in(kDigits, c));
  }
}
