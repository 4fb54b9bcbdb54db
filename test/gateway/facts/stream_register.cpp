// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/stream_register.hpp"

#include "gateway/facts/ban_book.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::gateway;
using namespace std::chrono_literals;
using protocol::SessionName;
using Telling = StreamRegister::Telling;

namespace {

const StreamKey kStream{protocol::VhostKey("vh"), "/live/cam1"};

// What the register has told a session.
struct Told {
  std::vector<std::string> taken_over_by;
  int places = 0;
};

StreamRegister::Publisher publisher(const std::string& session, Told& told, const std::string& address = "a") {
  return {SessionName(session),
          {"", address},
          [&told](const SessionName& other) { told.taken_over_by.push_back(other.text()); },
          [&told] { ++told.places; }};
}

} // namespace

TEST_CASE("A stream's places for viewers are given until they are taken, and again when one is free",
          "[stream register]") {
  StreamRegister streams;
  std::list<StreamRegister::ViewerPlace> places;
  for (int i = 0; i < 3; ++i) {
    auto place = streams.enter_viewer(kStream, 3);
    REQUIRE(place);
    places.push_back(std::move(*place));
  }
  CHECK_FALSE(streams.enter_viewer(kStream, 3));
  CHECK(streams.enter_viewer({protocol::VhostKey("vh"), "/live/cam2"}, 3));
  CHECK(streams.enter_viewer({protocol::VhostKey("other"), "/live/cam1"}, 3));
  CHECK(streams.viewers(kStream) == 3);
  places.pop_front();
  CHECK(streams.enter_viewer(kStream, 3));
  CHECK_FALSE(streams.enter_viewer(kStream, 0));
  places.clear();
  CHECK(streams.viewers(kStream) == 0);
}

TEST_CASE("Threads that come together get no more places than there are", "[stream register]") {
  StreamRegister streams;
  constexpr std::size_t kPlaces = 7;
  std::atomic<std::size_t> inside{0};
  std::atomic<bool> is_exceeded{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      std::list<StreamRegister::ViewerPlace> mine;
      for (int round = 0; round < 20000; ++round) {
        if (auto place = streams.enter_viewer(kStream, kPlaces)) {
          mine.push_back(std::move(*place));
          if (++inside > kPlaces) is_exceeded = true;
        }
        if (mine.size() > 2) {
          --inside;
          mine.pop_front();
        }
      }
      inside -= mine.size();
    });
  for (std::thread& thread : threads)
    thread.join();
  CHECK_FALSE(is_exceeded);
  CHECK(streams.viewers(kStream) == 0);
}

TEST_CASE("A stream has one publisher, and goes over when it has ended", "[stream register]") {
  StreamRegister streams;
  Told first;
  Told second;
  Told other;
  CHECK(streams.claim(kStream, publisher("first", first)) == PublisherClaim::holds);
  CHECK(streams.claim(kStream, publisher("first", first)) == PublisherClaim::refused); // it publishes it already
  CHECK(streams.claim(kStream, publisher("other", other, "b")) == PublisherClaim::refused);
  CHECK(streams.claim(kStream, publisher("second", second)) == PublisherClaim::waits);
  CHECK(first.taken_over_by == std::vector<std::string>{"second"});
  CHECK(second.places == 0);
  streams.leave(kStream, SessionName("other"), Telling::whoever_waits); // has nothing to leave
  streams.leave(kStream, SessionName("first"), Telling::whoever_waits);
  CHECK(second.places == 1);
  CHECK(streams.published() == 1);
  streams.leave(kStream, SessionName("first"), Telling::whoever_waits);
  CHECK(streams.published() == 1);
  streams.leave(kStream, SessionName("second"), Telling::whoever_waits);
  CHECK(streams.published() == 0);
  CHECK(streams.claim(kStream, publisher("other", other, "b")) == PublisherClaim::holds);
  CHECK(other.taken_over_by.empty());
}

TEST_CASE("One that waits gives way to a later one, or leaves, and nobody is told at the end", "[stream register]") {
  StreamRegister streams;
  Told first;
  Told second;
  Told third;
  streams.claim(kStream, publisher("first", first));
  streams.claim(kStream, publisher("second", second));
  CHECK(streams.claim(kStream, publisher("third", third)) == PublisherClaim::waits);
  CHECK(second.taken_over_by == std::vector<std::string>{"third"});
  streams.leave(kStream, SessionName("third"), Telling::whoever_waits); // it waits no longer
  streams.leave(kStream, SessionName("first"), Telling::whoever_waits);
  CHECK(second.places + third.places == 0);
  CHECK(streams.published() == 0);
  streams.claim(kStream, publisher("first", first));
  streams.claim(kStream, publisher("second", second));
  streams.leave(kStream, SessionName("first"), Telling::nobody);
  CHECK(second.places == 0);
  CHECK(streams.published() == 0);
}

TEST_CASE("The book of bans knows which virtual host has a banned stream", "[bans]") {
  BanBook book;
  const TimePoint now{1h};
  CHECK(book.lift(0, now) == 0);
  CHECK_FALSE(book.has_streams("vh", now));
  book.add({"vh", "www", "192.0.2.1", "192.0.2.1", {}, {}}, 10min, now);
  CHECK_FALSE(book.has_streams("vh", now));
  CHECK(book.refuses_client("vh", "192.0.2.1", now));
  book.add({"vh", "www", "192.0.2.2", "192.0.2.2", "/live/cam1", "/live/cam1"}, 10min, now);
  CHECK(book.has_streams("vh", now));
  CHECK_FALSE(book.has_streams("other", now));
  CHECK(book.refuses_stream("vh", "/live/cam1", now));
  CHECK(book.bans(now).size() == 2);
  CHECK_FALSE(book.has_streams("vh", now + 10min));
  CHECK(book.bans(now + 10min).empty());
  CHECK_FALSE(book.refuses_client("vh", "192.0.2.1", now + 10min));
  book.add({"vh", "www", "192.0.2.3", "192.0.2.3", {}, {}}, 1min, now + 10min);
  CHECK(book.refuses_client("vh", "192.0.2.3", now + 10min));
}
