// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/stream_limits.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::gateway;
using protocol::GatedKind;

namespace {

const TimePoint kNow = TimePoint() + std::chrono::hours(1);
const StreamKey kCam{protocol::VhostKey("vh"), "/live/cam"};

// The limits of one session, and what the register has told it.
class Client {
 public:
  Client(StreamRegister& streams, BanBook& bans, const std::string& name)
      : limits_({streams, bans}, admission(), protocol::SessionName(name),
                {[this](const protocol::SessionName&, const StreamKey& stream) { taken_over.push_back(stream); },
                 [this] { ++places; }}) {}

  // Asks and, when it may, goes on.
  LimitVerdict asks(GatedKind kind, std::uint32_t message_stream, const std::string& path = kCam.second) {
    const LimitVerdict verdict = limits_.take_place(kind, message_stream, path, kNow);
    if (verdict == LimitVerdict::allowed) limits_.keep_place();
    return verdict;
  }

  StreamLimits& limits() { return limits_; }

  std::vector<StreamKey> taken_over;
  int places = 0;

 private:
  static protocol::Admission admission() {
    protocol::Admission admission;
    admission.vhost_key = kCam.first;
    admission.client_address = "192.0.2.1";
    admission.terms.max_viewers = 1;
    admission.terms.one_publisher = true;
    return admission;
  }

  StreamLimits limits_;
};

struct Home {
  StreamRegister streams;
  BanBook bans;
};

} // namespace

TEST_CASE("A place is kept until its message stream ends, whatever else is played or published on it",
          "[stream limits]") {
  Home home;
  Client one(home.streams, home.bans, "one");
  Client other(home.streams, home.bans, "other");
  CHECK(one.asks(GatedKind::play, 1) == LimitVerdict::allowed);
  CHECK(one.asks(GatedKind::play, 1, "/live/x") == LimitVerdict::allowed);
  CHECK(home.streams.viewers(kCam) == 1);
  CHECK(other.asks(GatedKind::play, 1) == LimitVerdict::too_many_viewers);
  CHECK(one.asks(GatedKind::publish, 2) == LimitVerdict::allowed);
  CHECK(one.asks(GatedKind::publish, 2, "/live/y") == LimitVerdict::allowed);
  CHECK(home.streams.published() == 2);
  // The same again takes no second place.
  CHECK(one.asks(GatedKind::play, 1) == LimitVerdict::allowed);
  CHECK(one.asks(GatedKind::publish, 2) == LimitVerdict::allowed);
  CHECK(home.streams.published() == 2);
  CHECK(one.asks(GatedKind::publish, 3) == LimitVerdict::in_use);
  one.limits().follow({{2, 100}, {7, 100}});
  one.limits().sent(100);
  CHECK(home.streams.published() == 0);
  CHECK(home.streams.viewers(kCam) == 1);
  one.limits().end();
  CHECK(home.streams.viewers(kCam) == 0);
}

TEST_CASE("A place is given up when the media server has the end of its stream, and not before", "[stream limits]") {
  Home home;
  Client one(home.streams, home.bans, "one");
  Client other(home.streams, home.bans, "other");
  CHECK(one.asks(GatedKind::play, 1) == LimitVerdict::allowed);
  CHECK(one.asks(GatedKind::publish, 2) == LimitVerdict::allowed);
  one.limits().follow({{1, 500}, {2, 600}});
  one.limits().follow({{2, 900}}); // it ends once
  one.limits().sent(499);
  CHECK(other.asks(GatedKind::play, 1) == LimitVerdict::too_many_viewers);
  one.limits().sent(500);
  CHECK(other.asks(GatedKind::play, 1) == LimitVerdict::allowed);
  CHECK(other.asks(GatedKind::publish, 2) == LimitVerdict::waits);
  one.limits().sent(599);
  CHECK(other.places == 0);
  one.limits().sent(600);
  CHECK(other.places == 1);
}

TEST_CASE("A session goes on with its own place where the media server sees the end before the beginning",
          "[stream limits]") {
  Home home;
  Client one(home.streams, home.bans, "one");
  CHECK(one.asks(GatedKind::play, 1) == LimitVerdict::allowed);
  CHECK(one.asks(GatedKind::publish, 2) == LimitVerdict::allowed);
  CHECK(one.asks(GatedKind::play, 3) == LimitVerdict::too_many_viewers);
  one.limits().follow({{1, 500}, {2, 500}});
  CHECK(one.asks(GatedKind::play, 3) == LimitVerdict::allowed);
  CHECK(one.asks(GatedKind::publish, 4) == LimitVerdict::allowed);
  one.limits().sent(1000);
  CHECK(home.streams.viewers(kCam) == 1);
  CHECK(home.streams.published() == 1);
}

TEST_CASE("A session has a bounded number of places", "[stream limits]") {
  Home home;
  Client one(home.streams, home.bans, "one");
  for (std::size_t i = 0; i < StreamLimits::kMostPlaces; ++i)
    REQUIRE(one.asks(GatedKind::play, 1, "/live/" + std::to_string(i)) == LimitVerdict::allowed);
  CHECK(one.asks(GatedKind::play, 1, "/live/more") == LimitVerdict::too_many_viewers);
  CHECK(one.asks(GatedKind::publish, 1, "/live/more") == LimitVerdict::in_use);
  CHECK(one.asks(GatedKind::play, 1, "/live/0") == LimitVerdict::allowed);
}

TEST_CASE("A session knows whether it still publishes the stream that is taken over", "[stream limits]") {
  Home home;
  Client older(home.streams, home.bans, "older");
  Client newer(home.streams, home.bans, "newer");
  CHECK(older.asks(GatedKind::publish, 1) == LimitVerdict::allowed);
  CHECK(older.asks(GatedKind::play, 2, "/live/x") == LimitVerdict::allowed);
  CHECK(newer.asks(GatedKind::publish, 1) == LimitVerdict::waits);
  CHECK(older.taken_over == std::vector<StreamKey>{kCam});
  CHECK(older.limits().has_place_of_publisher(kCam));
  CHECK(newer.limits().has_place_of_publisher(kCam)); // it waits
  CHECK_FALSE(older.limits().has_place_of_publisher({kCam.first, "/live/x"}));
  older.limits().follow({{1, 10}});
  older.limits().sent(10);
  CHECK_FALSE(older.limits().has_place_of_publisher(kCam));
  CHECK(newer.places == 1);
}
