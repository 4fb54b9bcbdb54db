// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/header_pattern.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace rtmpt_proxy::policy;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

// Time of this thread on a processor: other work of the machine must not fail a test.
std::chrono::nanoseconds processor_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::shared_ptr<const HeaderPattern> compiled(const std::string& text) {
  HeaderPatternResult result = compile_header_pattern(text);
  INFO(result.error);
  REQUIRE(result.pattern);
  CHECK(result.error.empty());
  CHECK(result.pattern->text() == text);
  return result.pattern;
}

} // namespace

TEST_CASE("A pattern is found anywhere unless anchored, in either case unless told otherwise", "[header_pattern]") {
  struct Row {
    std::string pattern;
    std::string value;
    bool found;
  };
  const Row table[] = {
      {"media", "my.media.example", true},
      {"^media", "my.media.example", false},
      {"^media$", "media", true},
      {"^media$", "MEDIA", true},
      {"(?-i)^media$", "MEDIA", false},
      {"(?-i)^media$", "media", true},
      {"^media$", "media\n", false}, // the end of the value alone
      {"a.c",
       "a\xFF"
       "c",
       true}, // bytes, whatever they are
      {"^a.c$",
       "a\xC3\xA9"
       "c",
       false},
      {"a\\x00c", "a\0c"s, true},
      {"^$", "", true},
      {"", "anything", true},
      {R"(^rtmpt\.example(:\d+)?$)", "RTMPT.example:8080", true},
      {R"(^rtmpt\.example(:\d+)?$)", "rtmptXexample", false},
      {"(?<![a-z])live(?=\\.)", "x-live.example", true},
  };
  for (const Row& row : table) {
    CAPTURE(row.pattern, row.value);
    CHECK(compiled(row.pattern)->match(row.value) == (row.found ? PatternMatch::yes : PatternMatch::no));
  }
}

TEST_CASE("A bad pattern is quoted with the place and the reason", "[header_pattern]") {
  struct Row {
    std::string pattern;
    std::string words;
  };
  const Row table[] = {
      {"^(a", "\"^(a\" is no pattern: at offset 3: missing closing parenthesis"},
      {"[a", "at offset 2: missing terminating ]"},
      {"*", "at offset 0: quantifier does not follow a repeatable item"},
      {"a\\", "at offset 2: \\ at end of pattern"},
      {"(*UTF)a", "is no pattern: at offset 6: "},
      {"\t(", "\"?(\""},
      {std::string(300, '('), "((...\""},
  };
  for (const Row& row : table) {
    CAPTURE(row.pattern);
    const HeaderPatternResult result = compile_header_pattern(row.pattern);
    CHECK_FALSE(result.pattern);
    INFO(result.error);
    CHECK(result.error.find(row.words) != std::string::npos);
    CHECK(result.error.find("expected a regular expression") != std::string::npos);
    CHECK(result.error.size() < 400);
  }
}

TEST_CASE("A catastrophic pattern gives up soon on a hostile value", "[header_pattern]") {
  struct Row {
    std::string pattern;
    std::string value;
  };
  const std::string many(8192, 'a');
  const Row table[] = {
      {"^(a+)+$", many + "!"},
      {"(*NO_JIT)^(a+)+$", many + "!"},
      {"^(a|aa)+$", many + "!"},
      {"(*NO_JIT)^(a|aa)+$", many + "!"},
      {"^(a|a?)+$", many + "!"},
      {"(a*)*[bc]", many},
      {"(.*)(.*)(.*)(.*)(.*)[xy]", many},
      {"(*NO_JIT)(.*)(.*)(.*)(.*)(.*)[xy]", many},
      {"^(([a-z])+.)+[A-Z]([a-z])+$", many + "!"},
      {"^(?:(\\w+)\\s?)*$", many + "!"},
  };
  for (const Row& row : table) {
    CAPTURE(row.pattern);
    const auto pattern = compiled(row.pattern);
    const auto begin = processor_time();
    CHECK(pattern->match(row.value) == PatternMatch::gave_up);
    const auto took = processor_time() - begin;
    CAPTURE(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    CHECK(took < 100ms);
  }
}

TEST_CASE("A pattern that repeats over a whole long value is no catastrophe", "[header_pattern]") {
  const std::string value(8000, 'a');
  CHECK(compiled("^a*$")->match(value) == PatternMatch::yes);
  CHECK(compiled("^(a|b)*$")->match(value) == PatternMatch::yes);
  CHECK(compiled("(*NO_JIT)^(a|b)*$")->match(value) == PatternMatch::yes);
  CHECK(compiled(".*media.*")->match(value) == PatternMatch::no);
}

TEST_CASE("Threads share a pattern", "[header_pattern]") {
  const auto pattern = compiled("^(?:live|media)[0-9]+\\.example$");
  std::vector<std::thread> threads;
  std::vector<int> right(4);
  for (std::size_t i = 0; i < right.size(); ++i)
    threads.emplace_back([&, i] {
      for (int round = 0; round < 2000; ++round) {
        const std::string host = "media" + std::to_string(round) + ".example";
        right[i] += pattern->match(host) == PatternMatch::yes;
        right[i] += pattern->match(host + "!") == PatternMatch::no;
      }
    });
  for (std::thread& thread : threads)
    thread.join();
  CHECK(std::all_of(right.begin(), right.end(), [](int count) { return count == 4000; }));
}
