// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/ban_list.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

using namespace rtmpt_proxy::policy;
using namespace std::chrono_literals;

namespace {

const BanList::TimePoint kStart{1h};

BanSubject subject(const std::string& address, const std::string& stream = {}, const std::string& vhost = "vh") {
  return {vhost, "www", address, address, stream, stream};
}

} // namespace

TEST_CASE("A ban holds for its virtual host, address and stream, until its time is over", "[bans]") {
  BanList list;
  CHECK_FALSE(list.refuses_client("vh", "192.0.2.1", kStart));
  CHECK(list.add(subject("192.0.2.1", "/live/cam1"), kStart + 10min, kStart).number == 1);
  CHECK(list.refuses_client("vh", "192.0.2.1", kStart));
  CHECK_FALSE(list.refuses_client("vh", "192.0.2.2", kStart));
  CHECK_FALSE(list.refuses_client("other", "192.0.2.1", kStart));
  CHECK(list.refuses_stream("vh", "/live/cam1", kStart + 599s));
  CHECK_FALSE(list.refuses_stream("vh", "/live/cam2", kStart));
  CHECK_FALSE(list.refuses_stream("other", "/live/cam1", kStart));
  CHECK_FALSE(list.refuses_stream("vh", "", kStart));
  REQUIRE(list.bans(kStart).size() == 1);
  CHECK(list.bans(kStart).front().refusals == 2);
  CHECK_FALSE(list.refuses_client("vh", "192.0.2.1", kStart + 10min));
  CHECK_FALSE(list.refuses_stream("vh", "/live/cam1", kStart + 10min));
  CHECK(list.bans(kStart + 10min).empty());
}

TEST_CASE("A client without a stream is banned by its address alone", "[bans]") {
  BanList list;
  list.add(subject("2001:db8::/64"), kStart + 1s, kStart);
  CHECK(list.refuses_client("vh", "2001:db8::/64", kStart));
  CHECK_FALSE(list.refuses_stream("vh", "", kStart));
}

TEST_CASE("A second ban of a client makes the first one longer, never shorter", "[bans]") {
  BanList list;
  CHECK(list.add(subject("192.0.2.1"), kStart + 10min, kStart).number == 1);
  CHECK(list.add(subject("192.0.2.1"), kStart + 1min, kStart).number == 1);
  CHECK(list.add(subject("192.0.2.1", "/live/cam1"), kStart + 1min, kStart).number == 1);
  CHECK(list.refuses_stream("vh", "/live/cam1", kStart + 9min));
  CHECK(list.add(subject("192.0.2.1", "/live/cam2"), kStart + 20min, kStart).number == 2);
  CHECK(list.refuses_stream("vh", "/live/cam1", kStart + 9min));
  CHECK(list.refuses_stream("vh", "/live/cam2", kStart + 19min));
  CHECK(list.add(subject("192.0.2.1", {}, "other"), kStart + 1min, kStart).number == 3);
}

TEST_CASE("A client that published several streams has a ban for each", "[bans]") {
  BanList list;
  for (const char* const stream : {"/live/cam1", "/live/cam2", "/live/cam3"})
    list.add(subject("192.0.2.1", stream), kStart + 1min, kStart);
  CHECK(list.bans(kStart).size() == 3);
  for (const char* const stream : {"/live/cam1", "/live/cam2", "/live/cam3"})
    CHECK(list.refuses_stream("vh", stream, kStart));
  CHECK(list.lift(1, kStart) == 1);
  CHECK_FALSE(list.refuses_stream("vh", "/live/cam1", kStart));
  CHECK(list.refuses_client("vh", "192.0.2.1", kStart)); // for the others
}

TEST_CASE("A ban is lifted by its number, or all of them by 0", "[bans]") {
  BanList list;
  for (const char* const address : {"192.0.2.1", "192.0.2.2", "192.0.2.3"})
    list.add(subject(address), kStart + 1min, kStart);
  CHECK(list.lift(2, kStart) == 1);
  CHECK(list.lift(2, kStart) == 0);
  CHECK_FALSE(list.refuses_client("vh", "192.0.2.2", kStart));
  CHECK(list.refuses_client("vh", "192.0.2.3", kStart));
  CHECK(list.lift(0, kStart) == 2);
  CHECK(list.lift(0, kStart) == 0);
  CHECK(list.add(subject("192.0.2.4"), kStart + 1min, kStart).number == 4); // no number comes back
  CHECK(list.lift(4, kStart + 1min) == 0);                                  // its time is over
}

TEST_CASE("The list does not grow: the ban that would end first goes", "[bans]") {
  BanList list;
  for (std::size_t i = 0; i < BanList::kMostBans; ++i)
    CHECK_FALSE(list.add(subject(std::to_string(i)), kStart + 10min + std::chrono::seconds(i != 7), kStart).is_full);
  CHECK(list.add(subject("one more"), kStart + 1h, kStart).is_full);
  CHECK(list.bans(kStart).size() == BanList::kMostBans);
  CHECK_FALSE(list.refuses_client("vh", "7", kStart));
  CHECK(list.refuses_client("vh", "0", kStart));
  CHECK(list.refuses_client("vh", "one more", kStart));
}
