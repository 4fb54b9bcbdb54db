// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/text/config_advice.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::policy;
using namespace std::chrono_literals;

TEST_CASE("A bad time is answered with the range, and with what its writer may have meant", "[config_advice]") {
  struct Row {
    std::string text;
    std::chrono::milliseconds minimum;
    std::chrono::milliseconds maximum;
    std::string expected;
  };
  const std::string idle = "a time between 0 and 30s";
  const Row rows[] = {
      {"31s", 0s, 30s, idle + ", with one of the units ms, s, min or h and no blank, such as 500ms or 15s"},
      {"0.5s", 0s, 30s, idle + ", a whole number with ms, s, min or h after it: 500ms rather than 0.5s"},
      {"0,5s", 0s, 30s, idle + ", a whole number with ms, s, min or h after it: 500ms rather than 0.5s"},
      {".5", 0s, 30s, idle + ", a whole number with ms, s, min or h after it: 500ms rather than 0.5s"},
      {"500", 0s, 30s, idle + "; a plain number is seconds, milliseconds are 500ms"},
      {"99999", 0s, 30s, idle + "; a plain number is seconds"},
      {"99999999999999999999", 0s, 30s,
       idle + ", with one of the units ms, s, min or h and no blank, such as 500ms or 15s"},
      {"soon", 0s, 30s, idle + ", such as 500ms or 15s"},
      {"", 0s, 30s, idle + ", such as 500ms or 15s"},
      {"-1", 0s, 30s, idle + ", such as 500ms or 15s"},
      {"soon", 1500ms, 1h, "a time between 1500ms and 1h, such as 500ms or 15s"},
      {"soon", 1s, 90s, "a time between 1s and 90s, such as 500ms or 15s"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(expected_time(row.text, row.minimum, row.maximum) == row.expected);
  }
}

TEST_CASE("What is no header's name is answered with one, and with what is in its way", "[config_advice]") {
  const std::string name = "the name of a header, such as Host";
  CHECK(expected_header_name("", "Host") == name);
  CHECK(expected_header_name("Ho st", "Host") == name);
  CHECK(expected_header_name("Host:", "Host") == name + ", without the colon");
  CHECK(expected_header_name("Host: .*x", "Host") ==
        name + ", without the colon, and what follows it as a word of its own");
  CHECK(expected_header_name("Host,Via", "Host") == name + ": one header and no list");
  for (const std::string path : {"/live", "^/live", "^live$"})
    CHECK(expected_header_name(path, "Host") == name + ": the directive takes no path and no pattern in its place");
}

TEST_CASE("Kinds of RTMP that are not carried are known by their scheme", "[config_advice]") {
  for (const std::string url : {"rtmpts://media", "RTMPTS://media:443/live", "rtmpe://", "rtmpte://x"})
    CHECK(is_foreign_stream_url(url));
  for (const std::string url : {"rtmp://media", "rtmpt://media", "rtmps://media", "https://media", "rtmpts",
                                "rtmpts:media", "balancer://rtmps", ""})
    CHECK_FALSE(is_foreign_stream_url(url));
  CHECK(quoted_server("rtmps://media:443/live/key") == "\"rtmps://media:443/...\"");
}
