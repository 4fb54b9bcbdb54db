// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/byte_bucket.hpp>
#include <rtmpt_proxy/policy/limits/rate_window.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

using rtmpt_proxy::policy::ByteBucket;
using rtmpt_proxy::policy::RateWindow;
using namespace std::chrono_literals;

namespace {

const RateWindow::TimePoint kStart{1h};
constexpr std::uint32_t kMegabit = 1'000'000;
constexpr std::size_t kSecondsBytes = kMegabit / 8; // of one second at a megabit

// Sends at that share of a megabit, 50 times a second. Returns when it was over first; `end` when it never was.
std::chrono::milliseconds first_over(RateWindow& window, double share, std::chrono::milliseconds begin,
                                     std::chrono::milliseconds end) {
  for (auto time = begin; time < end; time += 20ms) {
    window.note(static_cast<std::size_t>(kSecondsBytes * share / 50), kStart + time);
    if (window.is_over()) return time;
  }
  return end;
}

} // namespace

TEST_CASE("Who keeps to the bit rate is never over it, and who sends twice as much is after five seconds",
          "[bit rate]") {
  RateWindow good(kMegabit, kStart);
  CHECK(first_over(good, 1.0, 0ms, 120s) == 120s);
  CHECK(good.bits_per_second() > 950'000);
  CHECK(good.bits_per_second() <= kMegabit);
  RateWindow bad(kMegabit, kStart);
  const auto over = first_over(bad, 2.0, 0ms, 120s);
  CHECK(over >= 4900ms);
  CHECK(over <= 5100ms);
  RateWindow nearly(kMegabit, kStart);
  CHECK(first_over(nearly, 1.1, 0ms, 120s) < 11s);
}

TEST_CASE("A burst as large as the window's bytes is allowed once in its time", "[bit rate]") {
  RateWindow window(kMegabit, kStart);
  window.note(10 * kSecondsBytes, kStart + 100ms);
  CHECK_FALSE(window.is_over());
  window.note(1, kStart + 200ms);
  CHECK(window.is_over());
  window.note(1, kStart + 10500ms);
  CHECK_FALSE(window.is_over()); // the burst lies behind
  window.note(10 * kSecondsBytes, kStart + 10600ms);
  CHECK(window.is_over()); // with the byte before
}

TEST_CASE("The window forgets a long silence at once, and one of any length", "[bit rate]") {
  for (const std::int64_t milliseconds : {9'999, 10'000, 10'499, 10'500, 11'000, 60'000, 86'400'000}) {
    CAPTURE(milliseconds);
    const std::chrono::milliseconds silence(milliseconds);
    RateWindow window(kMegabit, kStart);
    window.note(10 * kSecondsBytes, kStart);
    window.note(0, kStart + silence);
    CHECK(window.bits_per_second() == (silence < 10s ? kMegabit : 0u));
  }
}

TEST_CASE("Over time no more bytes pass than the rate allows, in steps of any size", "[bit rate]") {
  for (const std::chrono::microseconds step : {17us, 900us, 20000us, 333333us}) {
    for (const std::uint32_t rate : {16'000u, kMegabit, 1'000'000'000u}) {
      CAPTURE(step.count(), rate);
      ByteBucket bucket(rate, kStart);
      const std::size_t first = bucket.room_bytes(kStart);
      CHECK(first == std::max<std::size_t>(2 * std::size_t{rate} / 8, 16384));
      bucket.take(first);
      std::size_t passed = 0;
      const auto time = std::max<std::chrono::microseconds>(step * 200, 2s);
      for (std::chrono::microseconds now{0}; now <= time; now += step) {
        const std::size_t room = bucket.room_bytes(kStart + now);
        bucket.take(room);
        passed += room;
      }
      const double exact = static_cast<double>(rate) / 8 * std::chrono::duration<double>(time).count();
      CHECK(static_cast<double>(passed) <= exact * 1.001 + 1);
      CHECK(static_cast<double>(passed) >= exact * 0.97 - rate / 8 * 0.04 - 1);
    }
  }
}

TEST_CASE("A client that was silent has no more room than two seconds' worth", "[bit rate]") {
  ByteBucket bucket(kMegabit, kStart);
  CHECK(bucket.room_bytes(kStart + 1min) == 2 * kSecondsBytes);
  bucket.take(2 * kSecondsBytes);
  CHECK(bucket.room_bytes(kStart + 1min + 500ms) == kSecondsBytes / 2);
  CHECK(bucket.room_bytes(kStart + 2h) == 2 * kSecondsBytes);
}

TEST_CASE("An empty bucket says when it is worth a look", "[bit rate]") {
  ByteBucket bucket(kMegabit, kStart);
  CHECK(bucket.next_look() == ByteBucket::TimePoint::max());
  bucket.take(bucket.room_bytes(kStart));
  CHECK(bucket.room_bytes(kStart) == 0);
  CHECK(bucket.room_bytes(kStart + 19ms) == 0);
  const auto look = bucket.next_look();
  CHECK(look > kStart + 19ms);
  CHECK(look <= kStart + 21ms);
  CHECK(bucket.room_bytes(look) >= 2500);
  bucket.take(10'000'000); // no more than there is
  CHECK(bucket.room_bytes(look) == 0);
}
