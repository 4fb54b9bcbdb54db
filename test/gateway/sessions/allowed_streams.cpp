// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/allowed_streams.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::gateway;
using namespace std::chrono_literals;
using protocol::StreamUse;

namespace {

const TimePoint kNow = TimePoint() + 1h;
using Strings = std::vector<std::string>;

AllowedStream stream(bool publishes, const std::string& name) {
  return {publishes, "/live/" + name, {}, "/live", "live.example.com", "key=" + name, "app=live"};
}

// httpd says yes about it with these counters, and it goes on as that use.
void begin(AllowedStreams& streams, bool publishes, const std::string& name, const StreamUse& use,
           const SessionCounters& counters = {}, TimePoint now = kNow) {
  streams.ask(stream(publishes, name));
  streams.allow(counters, now);
  streams.begin(use);
}

// Of each notice the first line and the form.
Strings taken(AllowedStreams& streams, std::uint64_t sent, const SessionCounters& counters = {}, TimePoint now = kNow) {
  Strings texts;
  for (const std::string& request : streams.take_notices({}, counters, now, sent)) {
    CAPTURE(request);
    const std::string header = "RTMPT-Stream-Form: ";
    const std::size_t form = request.find(header);
    REQUIRE(form != std::string::npos);
    const std::size_t begin = form + header.size();
    texts.push_back(request.substr(0, request.find(" HTTP/1.1")) + " " +
                    request.substr(begin, request.find("\r\n", begin) - begin));
  }
  return texts;
}

} // namespace

TEST_CASE("The end of each stream is told once, when the media server has the bytes up to it") {
  AllowedStreams streams;
  begin(streams, true, "cam1", {1, true, 1}, {0, 100, 50});
  begin(streams, false, "cam2", {2, false, 2}, {0, 400, 60}, kNow + 1s);
  streams.follow({{1, true, 1}, {2, false, 2}}, {}, 900);
  CHECK_FALSE(streams.has_ended(1000));
  streams.follow({{2, false, 2}}, {{1, 950}}, 1000);
  CHECK_FALSE(streams.has_ended(949));
  CHECK(taken(streams, 949).empty());
  CHECK(streams.has_ended(950));
  CHECK(taken(streams, 950, {0, 1100, 70}, kNow + 9s) ==
        Strings{"DONE /live/cam1 call=publish_done&name=cam1&bytes=1000&seconds=9"});
  CHECK_FALSE(streams.has_ended(5000));
  CHECK(taken(streams, AllowedStreams::kSessionEnd, {0, 1200, 90}, kNow + 11s) ==
        Strings{"DONE /live/cam2 call=play_done&name=cam2&bytes=30&seconds=10"});
  CHECK(taken(streams, AllowedStreams::kSessionEnd).empty());
}

TEST_CASE("A stream whose place another one takes ends where that one begins") {
  AllowedStreams streams;
  begin(streams, false, "cam1", {1, false, 1});
  streams.follow({}, {}, 300); // the next play on message stream 1 is asked about
  CHECK_FALSE(streams.has_ended(299));
  begin(streams, false, "cam2", {1, false, 2});
  streams.follow({{1, false, 2}}, {}, 400);
  CHECK(taken(streams, 400) == Strings{"DONE /live/cam1 call=play_done&name=cam1&bytes=0&seconds=0"});
  streams.follow({}, {{1, 500}, {1, 600}}, 700);
  CHECK(streams.has_ended(500));
}

TEST_CASE("A stream that httpd allowed and a limit refused is told of with its session") {
  AllowedStreams streams;
  streams.ask(stream(true, "cam1"));
  streams.allow({}, kNow);
  streams.follow({}, {{1, 10}}, 20); // no use of it ever began
  CHECK_FALSE(streams.has_ended(20));
  CHECK(taken(streams, AllowedStreams::kSessionEnd).size() == 1);
}

TEST_CASE("What nobody was asked about is not told") {
  AllowedStreams streams;
  streams.allow({}, kNow);
  streams.begin({1, true, 1});
  CHECK(taken(streams, AllowedStreams::kSessionEnd).empty());
}

TEST_CASE("Of more streams at a time than are kept the last ones are told") {
  AllowedStreams streams;
  for (std::uint32_t i = 1; i <= AllowedStreams::kMostStreams + 2; ++i)
    begin(streams, false, "cam" + std::to_string(i), {i, false, i});
  const Strings told = taken(streams, AllowedStreams::kSessionEnd);
  REQUIRE(told.size() == AllowedStreams::kMostStreams);
  CHECK(told.front().starts_with("DONE /live/cam3 "));
  CHECK(told.back().starts_with("DONE /live/cam18 "));
}
