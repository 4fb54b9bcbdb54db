// SPDX-License-Identifier: Apache-2.0
// The times of the session log against the C library's, which needs a locale and a time zone for the same.
#include <rtmpt_proxy/policy/logs/session_log_format.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <ctime>

using namespace rtmpt_proxy::policy;
using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr const char* kConversions = "%a|%A|%b|%B|%d|%e|%F|%H|%I|%j|%m|%M|%p|%R|%S|%T|%u|%Y|%%";

std::string by_the_library(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 512> text{};
  return {text.data(), std::strftime(text.data(), text.size(), kConversions, &parts)};
}

} // namespace

TEST_CASE("The calendar of the session log is the C library's", "[session_log_format]") {
  const SessionLogFormat format = parse_session_log_format("%{" + std::string(kConversions) + "}t").format;
  std::size_t checked = 0;
  // Steps that meet every hour, weekday and day of the year, leap years and centuries: 1970 to 2150.
  for (std::time_t time = 0; time < 5'680'000'000; time += 1'000'003) {
    for (const std::time_t offset : {0, 9 * 3600, -(3 * 3600 + 1800)}) {
      SessionLogRecord record;
      record.start = system_clock::time_point(seconds{time});
      if (format.render(record, seconds{offset}) != by_the_library(time + offset))
        FAIL("another time at " << time << " with " << offset);
      ++checked;
    }
  }
  CHECK(checked > 15000);
}

TEST_CASE("Offsets from UTC have a sign and four digits", "[session_log_format]") {
  const SessionLogFormat format = parse_session_log_format("%{%T %z}t").format;
  SessionLogRecord record;
  record.start = system_clock::time_point(seconds{12 * 3600});
  CHECK(format.render(record, seconds{0}) == "12:00:00 +0000");
  CHECK(format.render(record, seconds{9 * 3600}) == "21:00:00 +0900");
  CHECK(format.render(record, seconds{20700}) == "17:45:00 +0545");
  CHECK(format.render(record, seconds{-12600}) == "08:30:00 -0330");
  CHECK(format.render(record, seconds{-1800}) == "11:30:00 -0030");
}
