// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/media/time_line.hpp>

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace rtmpt_proxy::protocol;

namespace {

constexpr auto A = MediaKind::audio;
constexpr auto V = MediaKind::video;
constexpr auto D = MediaKind::data;

struct Step {
  MediaKind kind;
  std::uint32_t sent;
  std::uint64_t placed;
};

void follow(TimeLine& line, const std::vector<Step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    CAPTURE(i, steps[i].sent);
    CHECK(line.place(steps[i].kind, steps[i].sent) == steps[i].placed);
  }
}

} // namespace

TEST_CASE("A stream begins at 0 and goes on as its publisher says") {
  TimeLine line;
  follow(line, {{D, 0, 0}, {V, 5000, 0}, {A, 4990, 0}, {V, 5040, 40}, {A, 5013, 13}, {D, 5040, 40}, {V, 15000, 10000}});
  CHECK(line.newest() == 10000);
}

TEST_CASE("Data without a time of its own moves nothing") {
  TimeLine line;
  follow(line,
         {{D, 0, 0}, {V, 3600000, 0}, {D, 0, 0}, {V, 3600040, 40}, {D, 0, 40}, {V, 3600080, 80}, {A, 3600080, 80}});
}

TEST_CASE("Small steps back become none") {
  TimeLine line;
  follow(line, {{V, 0, 0}, {V, 1000, 1000}, {V, 400, 1000}, {V, 990, 1000}, {V, 1040, 1040}});
}

TEST_CASE("After a jump sound and pictures stay together") {
  const auto where = GENERATE(std::uint32_t{0}, 100u, 0xffffffu, 7200000u, 0x80000000u);
  TimeLine line;
  follow(line, {{V, 50000, 0}, {A, 50000, 0}, {V, 60000, 10000}, {A, 60000, 10000}});
  // Sound comes once more in its old place before it follows.
  follow(
      line,
      {{V, where, 10040}, {A, 60020, 10020}, {V, where + 40, 10080}, {A, where + 30, 10070}, {V, where + 80, 10120}});
}

TEST_CASE("Times go round after 49 days") {
  TimeLine line;
  follow(line, {{V, 0xffffffd8, 0}, {A, 0xffffffe0, 8}, {V, 0, 40}, {A, 3, 43}, {V, 40, 80}});
}

TEST_CASE("A stream can last longer than 32 bits say") {
  TimeLine line;
  std::uint64_t expected = 0;
  for (std::uint32_t sent = 7; expected < 0x200000000; sent += 9000, expected += 9000)
    if (line.place(V, sent) != expected) FAIL("at " << expected);
}

TEST_CASE("Pictures may be rare where sound is not") {
  TimeLine line;
  follow(line, {{V, 0, 0}, {A, 0, 0}});
  for (std::uint32_t sent = 20; sent <= 30000; sent += 20)
    CHECK(line.place(A, sent) == sent);
  follow(line, {{V, 30010, 30010}, {A, 30020, 30020}});
}

TEST_CASE("Another publisher goes on where the one before has stopped") {
  TimeLine line;
  follow(line, {{V, 1000, 0}, {A, 1000, 0}, {V, 3000, 2000}, {A, 2990, 1990}});
  line.change_publisher();
  follow(line, {{D, 0, 2000}, {A, 0, 2040}, {V, 10, 2050}, {A, 20, 2060}});
  line.change_publisher();
  follow(line, {{V, 900000, 2100}, {A, 899990, 2090}, {V, 900040, 2140}});
}

TEST_CASE("Nothing of another publisher comes before what the one before has sent last") {
  // Its pictures begin behind its sound, or its sound behind its pictures, by so much.
  const auto behind = GENERATE(std::uint32_t{0}, 10u, 40u, 460u, 900u);
  TimeLine line;
  follow(line, {{V, 1000, 0}, {A, 1000, 0}, {V, 3000, 2000}, {A, 3060, 2060}});
  line.change_publisher();
  CHECK(line.place(A, 5000 + behind) == 2100);
  const std::uint64_t first = line.place(V, 5000);
  CHECK(first >= 2060);
  // From here on sound and pictures are as far from each other as their publisher says.
  CHECK(line.place(V, 5040) == first + 40);
  CHECK(line.place(A, 5040 + behind) == first + 40 + behind);
}

TEST_CASE("Sequence headers stand where their kind has come to, and move nothing") {
  TimeLine line;
  CHECK(line.place_header(V, 0) == 0);
  CHECK(line.place_header(A, 0) == 0);
  follow(line, {{V, 5000, 0}, {A, 5020, 20}, {V, 5040, 40}, {A, 5100, 100}});
  CHECK(line.place_header(V, 0) == 40);
  CHECK(line.place_header(V, 5080) == 80);
  CHECK(line.place_header(V, 5060) == 80); // not back
  follow(line, {{V, 5120, 120}});
  line.change_publisher();
  CHECK(line.place_header(V, 0) == 120);
  CHECK(line.place_header(A, 0) == 120);
  follow(line, {{V, 5000, 160}, {A, 5000, 160}});
}

TEST_CASE("Whatever comes, no time of a kind goes back") {
  TimeLine line;
  std::uint32_t state = 1;
  std::uint64_t last[2] = {0, 0};
  for (int i = 0; i < 100000; ++i) {
    state = state * 1664525u + 1013904223u;
    const auto kind = static_cast<MediaKind>((state >> 8) % 2);
    const std::uint32_t sent = (state >> 20) % 4 == 0 ? state : (state >> 12) % 3000;
    const std::uint64_t placed = line.place(kind, sent);
    auto& of_kind = last[static_cast<std::size_t>(kind)];
    if (placed < of_kind || placed > line.newest()) FAIL("message " << i << " goes back");
    of_kind = placed;
  }
  CHECK(line.newest() < 100000ull * TimeLine::kMostAheadMs);
}
