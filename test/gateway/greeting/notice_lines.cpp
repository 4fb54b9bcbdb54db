// SPDX-License-Identifier: Apache-2.0
#include "gateway/greeting/notice_lines.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::gateway;
using namespace std::chrono_literals;
using protocol::VhostKey;

namespace {

const TimePoint kNow = TimePoint() + 1h;

Notice notice(const std::string& vhost, const std::string& text, TimePoint not_before = TimePoint::min()) {
  return {protocol::SessionName("s"), VhostKey(vhost), text, 0, not_before};
}

// The text of what take() gives; "-" for nothing.
std::string taken(NoticeLines& lines, TimePoint now = kNow) {
  const std::optional<Notice> next = lines.take(now);
  return next ? next->text : "-";
}

} // namespace

TEST_CASE("Notices of one virtual host are told one after the other, in their order") {
  NoticeLines lines;
  for (const char* const text : {"a1", "a2", "a3"})
    CHECK_FALSE(lines.add(notice("a", text)));
  for (const char* const text : {"a1", "a2", "a3"}) {
    CHECK(lines.next_time() == TimePoint::min());
    CHECK(taken(lines) == text);
    CHECK(taken(lines) == "-"); // one is under way
    CHECK(lines.next_time() == TimePoint::max());
    lines.finish(VhostKey("a"));
  }
  CHECK(lines.waiting() == 0);
  CHECK(taken(lines) == "-");
}

TEST_CASE("Virtual hosts take turns, and one whose notice hangs keeps no other one waiting") {
  NoticeLines lines;
  for (int i = 1; i <= 3; ++i)
    for (const char* const vhost : {"a", "b", "c"})
      lines.add(notice(vhost, vhost + std::to_string(i)));
  CHECK(taken(lines) == "a1"); // and hangs
  std::string others;
  for (int i = 0; i < 6; ++i) {
    const std::optional<Notice> next = lines.take(kNow);
    REQUIRE(next);
    CHECK(taken(lines) == "-"); // kMostUnderWay
    others += next->text + " ";
    lines.finish(next->vhost);
  }
  CHECK(others == "b1 c1 b2 c2 b3 c3 ");
  CHECK(taken(lines) == "-");
  lines.finish(VhostKey("a"));
  CHECK(taken(lines) == "a2");
}

TEST_CASE("A notice that failed waits for its time, and the others of its virtual host go before it") {
  NoticeLines lines;
  lines.add(notice("a", "late", kNow + 5s));
  CHECK(taken(lines) == "-");
  CHECK(lines.next_time() == kNow + 5s);
  lines.add(notice("a", "later", kNow + 9s));
  lines.add(notice("b", "soon", kNow + 2s));
  CHECK(lines.next_time() == kNow + 2s);
  lines.add(notice("a", "now"));
  CHECK(taken(lines) == "now");
  CHECK(lines.next_time() == kNow + 2s); // of b: one of a is under way
  CHECK(taken(lines, kNow + 5s) == "soon");
  CHECK(taken(lines, kNow + 5s) == "-");
  lines.finish(VhostKey("a"));
  CHECK(taken(lines, kNow + 5s) == "late");
  lines.finish(VhostKey("a"));
  CHECK(lines.next_time() == kNow + 9s);
}

TEST_CASE("When too many notices wait, the virtual host with most of them loses the one that is tried last") {
  NoticeLines lines;
  for (std::size_t i = 0; i < NoticeLines::kMostWaiting; ++i)
    REQUIRE_FALSE(lines.add(notice("dead", std::to_string(i), i == 7 ? kNow + 1s : TimePoint::min())));
  std::optional<Notice> lost = lines.add(notice("well", "w1"));
  REQUIRE(lost);
  CHECK(lost->text == "7");
  lost = lines.add(notice("well", "w2"));
  REQUIRE(lost);
  CHECK(lost->text == std::to_string(NoticeLines::kMostWaiting - 1)); // the newest of those that may be tried at once
  lost = lines.add(notice("dead", "one more"));
  REQUIRE(lost);
  CHECK(lost->text == "one more");
  CHECK(lines.waiting() == NoticeLines::kMostWaiting);
  CHECK(taken(lines) == "0");
  CHECK(taken(lines) == "w1");
  CHECK(lines.waiting() == NoticeLines::kMostWaiting - 2);
}

TEST_CASE("Of many virtual hosts with one notice each the newest notice is lost, and nobody's share is taken") {
  NoticeLines lines;
  for (std::size_t i = 0; i < NoticeLines::kMostWaiting; ++i)
    REQUIRE_FALSE(lines.add(notice("host" + std::to_string(i), std::to_string(i))));
  const std::optional<Notice> lost = lines.add(notice("new", "new"));
  REQUIRE(lost);
  CHECK(lost->text == "new");
  for (std::size_t i = 0; i < NoticeLines::kMostWaiting; ++i) {
    REQUIRE(taken(lines) == std::to_string(i));
    lines.finish(VhostKey("host" + std::to_string(i)));
  }
  CHECK(taken(lines) == "-");
  lines.finish(VhostKey("nobody"));
  CHECK(lines.next_time() == TimePoint::max());
}
