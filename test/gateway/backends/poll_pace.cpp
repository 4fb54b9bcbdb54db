// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/poll_pace.hpp"

#include <catch2/catch.hpp>

#include <deque>

using namespace rtmpt_proxy::gateway;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr TimePoint kStart{std::chrono::hours(1)};

// Polls whenever it may, with answers that take `round_trip`, for `time`; returns when each poll went out.
template <class HasData>
std::vector<TimePoint> poll_for(PollPace& pace, TimePoint begin, milliseconds time, milliseconds round_trip,
                                std::uint8_t hint, HasData has_data) {
  std::vector<TimePoint> polls;
  TimePoint now = begin;
  for (;;) {
    now = std::max(now, pace.next_poll());
    if (now >= begin + time) return polls;
    polls.push_back(now);
    pace.requested(true, now);
    now += round_trip;
    pace.answered(true, has_data(now), hint);
  }
}

std::size_t most_in_a_second(const std::vector<TimePoint>& polls) {
  std::size_t most = 0;
  std::deque<TimePoint> window;
  for (const TimePoint poll : polls) {
    window.push_back(poll);
    while (window.front() <= poll - 1s)
      window.pop_front();
    most = std::max(most, window.size());
  }
  return most;
}

constexpr auto kAlways = [](TimePoint) { return true; };
constexpr auto kNever = [](TimePoint) { return false; };

} // namespace

TEST_CASE("While data comes a poll follows each 25 ms, and never more than 50 in a second", "[poll_pace]") {
  PollPace pace(kStart);
  const auto round_trip = GENERATE(0ms, 1ms, 10ms);
  const auto polls = poll_for(pace, kStart, 10s, round_trip, 1, kAlways);
  CHECK(polls.size() >= 395);
  CHECK(most_in_a_second(polls) <= 50);
}

TEST_CASE("A conversation of sends and answers is polled for sooner, but within the same rate", "[poll_pace]") {
  PollPace pace(kStart);
  TimePoint now = kStart;
  std::vector<TimePoint> requests;
  // A client that sends as soon as it has heard something: handshake, connect, createStream, play.
  for (int i = 0; i < 6; ++i) {
    pace.requested(false, now);
    requests.push_back(now);
    pace.answered(false, false, 1);
    const auto first = pace.next_poll() - now;
    if (i < 3) CHECK(first == PollPace::kAfterSend);
    CHECK(first <= PollPace::kQuick);
    now = pace.next_poll();
    pace.requested(true, now);
    requests.push_back(now);
    pace.answered(true, true, 1);
  }
  const auto polls = poll_for(pace, now, 2s, 1ms, 1, kAlways);
  requests.insert(requests.end(), polls.begin(), polls.end());
  CHECK(most_in_a_second(requests) <= 50);
}

TEST_CASE("While nothing comes polls get rarer, as rare as the server's polling byte asks", "[poll_pace]") {
  struct Case {
    std::uint8_t hint;
    milliseconds least, most;
  };
  const auto asked = GENERATE(Case{0x00, 100ms, 100ms}, Case{0x01, 100ms, 100ms}, Case{0x09, 130ms, 140ms},
                              Case{0x11, 255ms, 260ms}, Case{0x21, 490ms, 500ms}, Case{0xFF, 500ms, 500ms});
  CAPTURE(static_cast<int>(asked.hint));
  PollPace pace(kStart);
  const auto polls = poll_for(pace, kStart, 10s, 1ms, asked.hint, kNever);
  REQUIRE(polls.size() > 10);
  // Patient at first: a stream of 10 frames a second has gaps of 100 ms.
  CHECK(polls[4] - polls[0] <= 4 * PollPace::kQuick);
  const auto last = polls.back() - polls[polls.size() - 2];
  CHECK(last >= asked.least);
  CHECK(last <= asked.most);
}

TEST_CASE("The first data after silence makes polls quick again", "[poll_pace]") {
  PollPace pace(kStart);
  const auto silence = poll_for(pace, kStart, 5s, 1ms, 0x21, kNever);
  const TimePoint again = pace.next_poll();
  pace.requested(true, again);
  pace.answered(true, true, 1);
  CHECK(pace.next_poll() == again + PollPace::kQuick);
}

TEST_CASE("A server that holds its answer is asked again at once", "[poll_pace]") {
  PollPace pace(kStart);
  const auto polls = poll_for(pace, kStart, 10s, 500ms, 1, kNever);
  CHECK(polls.size() == 20);
}

TEST_CASE("Many sends do not keep polls away for longer than a quick interval", "[poll_pace]") {
  PollPace pace(kStart);
  TimePoint now = kStart;
  for (int i = 0; i < 1000; ++i, now += 2ms) {
    pace.requested(false, now);
    pace.answered(false, false, 1);
  }
  CHECK(pace.next_poll() <= now + PollPace::kQuick);
  CHECK(pace.next_poll() > now);
}
