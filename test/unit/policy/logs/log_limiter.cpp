// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/logs/log_limiter.hpp>

#include <catch2/catch.hpp>

using rtmpt_proxy::policy::LogLimiter;
using rtmpt_proxy::policy::words_for_left_out;
using namespace std::chrono_literals;

TEST_CASE("One line in the interval, and the next one knows how many were left out, once") {
  const LogLimiter::TimePoint start{1000s};
  LogLimiter limiter(5s);
  CHECK(limiter.admit(start) == std::optional<std::uint64_t>(0));
  CHECK_FALSE(limiter.admit(start));
  CHECK_FALSE(limiter.admit(start + 4999ms));
  CHECK(limiter.admit(start + 5s) == std::optional<std::uint64_t>(2));
  CHECK_FALSE(limiter.admit(start + 6s));
  CHECK(limiter.admit(start + 60s) == std::optional<std::uint64_t>(1));
  CHECK(limiter.admit(start + 70s) == std::optional<std::uint64_t>(0));
}

TEST_CASE("Each name has a line of its own in the interval, up to a number of names") {
  using rtmpt_proxy::policy::NamedLogLimiters;
  const LogLimiter::TimePoint start{1000s};
  NamedLogLimiters limiters;
  for (std::size_t i = 0; i < NamedLogLimiters::kMostNames; ++i)
    CHECK(limiters.admit(std::to_string(i), start));
  CHECK_FALSE(limiters.admit("7", start + 1s));
  CHECK(limiters.admit("one more", start));
  CHECK_FALSE(limiters.admit("yet another", start));
  CHECK(limiters.admit("7", start + 5s) == std::optional<std::uint64_t>(1));
}

TEST_CASE("Lines about one client leave out few others, however many clients there are") {
  using rtmpt_proxy::policy::SpreadLogLimiters;
  const LogLimiter::TimePoint start{1000s};
  SpreadLogLimiters limiters(3);
  for (int line = 0; line < 3; ++line)
    CHECK(limiters.admit("192.0.2.1", start));
  CHECK_FALSE(limiters.admit("192.0.2.1", start));
  std::size_t admitted = 0;
  for (std::size_t i = 0; i < 100; ++i)
    admitted += limiters.admit("198.51.100." + std::to_string(i), start) ? 1 : 0;
  CHECK(admitted > 90);
  for (std::size_t i = 0; i < 10'000; ++i)
    admitted += limiters.admit("2001:db8::" + std::to_string(i), start) ? 1 : 0;
  CHECK(admitted <= 3 * SpreadLogLimiters::kLimits);
  CHECK(limiters.admit("192.0.2.1", start + 5s) > std::optional<std::uint64_t>(0));
}

TEST_CASE("As many lines as asked for in the interval, which begins with its first line") {
  const LogLimiter::TimePoint start{1000s};
  LogLimiter limiter(5s, 3);
  for (int line = 0; line < 3; ++line)
    CHECK(limiter.admit(start + 4s * line / 2) == std::optional<std::uint64_t>(0));
  CHECK_FALSE(limiter.admit(start + 4999ms));
  CHECK(limiter.admit(start + 5s) == std::optional<std::uint64_t>(1));
}

TEST_CASE("Words for what was left out") {
  CHECK(words_for_left_out(0).empty());
  CHECK(words_for_left_out(1) == " (1 more such line was left out)");
  CHECK(words_for_left_out(312) == " (312 more such lines were left out)");
}
