// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/read_pace.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <cstddef>

using rtmpt_proxy::policy::ReadPace;
using namespace std::chrono_literals;

namespace {

const ReadPace::TimePoint kStart{1h};

// Reads `count` bytes every 20 ms from `begin` to `end`.
void read_evenly(ReadPace& pace, std::size_t count, std::chrono::milliseconds begin, std::chrono::milliseconds end) {
  for (auto time = begin; time < end; time += 20ms)
    pace.note(count, kStart + time);
}

} // namespace

TEST_CASE("The first 64 KiB of a stream are read at once", "[read pace]") {
  ReadPace pace(kStart);
  CHECK(pace.low_water_bytes() == 1);
  read_evenly(pace, 1000, 0ms, 1200ms); // 60,000 bytes, faster than any live stream of the kind
  CHECK(pace.low_water_bytes() == 1);
  CHECK(pace.look_by() == ReadPace::TimePoint::max());
}

TEST_CASE("A read is worth 25 ms of the stream's bytes, rounded down to a power of two", "[read pace]") {
  struct Case {
    std::size_t bytes_in_20_ms;
    std::size_t low_water_bytes;
  };
  // 25 ms of them are 500, 625, 2,800, 9,600, 40,000 and 1,250,000 bytes.
  for (const Case& one : {Case{400, 1}, {500, 512}, {2240, 2048}, {7680, 8192}, {32000, 16384}, {1000000, 16384}}) {
    CAPTURE(one.bytes_in_20_ms);
    ReadPace pace(kStart);
    read_evenly(pace, one.bytes_in_20_ms, 0ms, 6000ms);
    CHECK(pace.low_water_bytes() == one.low_water_bytes);
  }
}

TEST_CASE("A stream that becomes slow is read at once again", "[read pace]") {
  ReadPace pace(kStart);
  read_evenly(pace, 8000, 0ms, 2000ms);
  CHECK(pace.low_water_bytes() == 8192);
  read_evenly(pace, 100, 2000ms, 3200ms);
  CHECK(pace.low_water_bytes() == 1);
}

TEST_CASE("What waits is looked at 100 ms after the last read, and then every 100 ms", "[read pace]") {
  ReadPace pace(kStart);
  read_evenly(pace, 8000, 0ms, 2000ms); // the last read is at 1980 ms
  CHECK(pace.look_by() == kStart + 2080ms);
  pace.note(0, kStart + 2080ms);
  CHECK(pace.look_by() == kStart + 2180ms);
}

TEST_CASE("A stream that pauses is looked at for a moment, and then not any more", "[read pace]") {
  ReadPace pace(kStart);
  read_evenly(pace, 8000, 0ms, 2000ms);
  int looks = 0;
  while (pace.look_by() != ReadPace::TimePoint::max() && looks < 100) {
    pace.note(0, pace.look_by());
    ++looks;
  }
  CHECK(looks <= 12);
  CHECK(pace.low_water_bytes() == 1);
}
