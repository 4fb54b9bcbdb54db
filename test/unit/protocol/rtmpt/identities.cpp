// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <catch2/catch.hpp>

#include <concepts>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

using namespace rtmpt_proxy::protocol;

namespace {

template <class T>
concept WritesItself = requires(std::ostream& out, const T& value) {
  out << value;
};
template <class T>
concept AddsUp = requires(std::string& text, const T& value) {
  text += value;
};
template <class One, class Other>
concept Comparable = requires(const One& one, const Other& other) {
  one == other;
};

// Nothing becomes this type, and this type becomes nothing else, unless somebody writes it down.
template <class T>
constexpr bool is_distinct() {
  return !std::is_convertible_v<std::string, T> && !std::is_convertible_v<const char*, T> &&
         !std::is_convertible_v<T, std::string> && !std::is_convertible_v<T, std::string_view> && !WritesItself<T> &&
         !AddsUp<T> && !Comparable<T, std::string> && !Comparable<T, std::string_view>;
}

template <class... Types>
constexpr bool are_distinct = (is_distinct<Types>() && ...);

} // namespace

TEST_CASE("A session's id cannot be shown, or taken for its name, by mistake", "[identities]") {
  STATIC_REQUIRE(WritesItself<std::string>); // the questions can be answered with yes
  STATIC_REQUIRE(AddsUp<std::string>);
  STATIC_REQUIRE(are_distinct<SessionId, BackendSessionId, SessionName, VhostKey>);
  STATIC_REQUIRE_FALSE(Comparable<SessionId, SessionName>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<SessionName, SessionId>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<SessionId, SessionName>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<SessionId, BackendSessionId>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<VhostKey, SessionName>);
}

TEST_CASE("Ids, names and keys keep their text and compare by it", "[identities]") {
  const bool same = SessionId("a") == SessionId("a");
  const bool other = SessionId("a") == SessionId("b");
  CHECK(same);
  CHECK_FALSE(other);
  CHECK(SessionId("secret").secret() == "secret");
  CHECK(VhostKey("a:80").text() == "a:80");
  const bool ordered = VhostKey("a") < VhostKey("b");
  CHECK(ordered);
}
