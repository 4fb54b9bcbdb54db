#include <rtmpt_proxy/policy/log_limiter.hpp>

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

TEST_CASE("Words for what was left out") {
  CHECK(words_for_left_out(0).empty());
  CHECK(words_for_left_out(1) == " (1 more such line was left out)");
  CHECK(words_for_left_out(312) == " (312 more such lines were left out)");
}
