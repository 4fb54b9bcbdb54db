// SPDX-License-Identifier: Apache-2.0
// The page of `rtmptctl top`.
#include "control/live_page.hpp"

#include "control/run_order.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::control;
namespace json = boost::json;

namespace {

constexpr const char* kState = R"({"gateway":{"version":"0.1.0","uptime_seconds":3725,"event_loops":2,
    "descriptors_used":34,"descriptors_limit":1024},
  "totals":{"sessions":3,"publishing":1,"playing":1,"other":1,"receiving_bits_per_second":800000,
    "sending_bits_per_second":1500000,"sessions_opened":17,"sessions_refused":4},
  "sessions":[
    {"id":"b","client":"203.0.113.9","virtual_host":"live","kind":"publish","app":"live","stream":"cam\u001b[2J",
     "receiving_bits_per_second":800000,"sending_bits_per_second":0,"age_seconds":75,"way":"handed over"},
    {"id":"a","client":"198.51.100.7","virtual_host":"zoo","kind":"play","app":"live","stream":"zebra",
     "receiving_bits_per_second":0,"sending_bits_per_second":1500000,"age_seconds":5,"way":"pumped"},
    {"id":"c","client":"::1","virtual_host":"art","kind":null,"app":null,"stream":null,
     "receiving_bits_per_second":0,"sending_bits_per_second":0,"age_seconds":200000,"way":"forwarded"}]})";

const json::object kDocument = json::parse(kState).as_object();

// The names of the sessions in their order.
std::string order_of(const std::vector<std::string>& lines) {
  std::string names;
  for (const std::string& line : lines)
    for (const char* const name : {"a  ", "b  ", "c  "})
      if (line.starts_with(name)) names += name[0];
  return names;
}

} // namespace

TEST_CASE("A page has the totals, and the sessions in the chosen order", "[top]") {
  const auto lines = live_page(kDocument, Sort::rate, {24, 200}, "");
  REQUIRE(lines.size() == 8);
  CHECK(lines[0] == "rtmpt-gateway 0.1.0, up 1h02m, 2 loops, 34 of 1024 descriptors");
  CHECK(lines[1] == "3 sessions: 1 publish, 1 play, 1 other; in 800 kbit/s, out 1.50 Mbit/s; opened 17, refused 4");
  CHECK(lines[2].empty());
  CHECK(lines[3] == "SESSION  KIND           RATE    AGE  WAY          CLIENT        HOST  STREAM");
  CHECK(lines[4] == "a        play     1.50Mbit/s     5s  pumped       198.51.100.7  zoo   live/zebra");
  CHECK(lines[5] == "b        publish   800kbit/s  1m15s  handed-over  203.0.113.9   live  live/cam\\x1b[2J");
  CHECK(lines[7].starts_with("q: end"));
  CHECK(order_of(live_page(kDocument, Sort::rate, {24, 200}, "")) == "abc");
  CHECK(order_of(live_page(kDocument, Sort::age, {24, 200}, "")) == "cba");
  CHECK(order_of(live_page(kDocument, Sort::client, {24, 200}, "")) == "abc");
  CHECK(order_of(live_page(kDocument, Sort::host, {24, 200}, "")) == "cba");
  CHECK(order_of(live_page(kDocument, Sort::stream, {24, 200}, "")) == "cba");
}

TEST_CASE("A page is as large as the terminal at most", "[top]") {
  for (std::size_t rows = 0; rows <= 12; ++rows)
    for (const std::size_t columns : {0, 1, 20, 80}) {
      CAPTURE(rows, columns);
      const auto lines = live_page(kDocument, Sort::rate, {rows, columns}, "no contact");
      CHECK(lines.size() <= rows);
      for (const std::string& line : lines)
        CHECK(line.size() <= columns);
    }
  CHECK(live_page(kDocument, Sort::rate, {6, 200}, "").back().ends_with("2 more sessions"));
  CHECK(live_page(kDocument, Sort::rate, {24, 200}, "RTMPT400: gone")[2] == "RTMPT400: gone");
}

TEST_CASE("A plain page has every session and no keys", "[top]") {
  Order order;
  order.message = protocol::AskStatus{};
  order.view = View::sessions;
  order.live = LiveOrder{};
  const Outcome outcome = outcome_of(order, {kState, false, ExitStatus::done, {}});
  CHECK(outcome.output == plain_page(kDocument, Sort::rate));
  CHECK(outcome.output.find("forwarded") != std::string::npos);
  CHECK(outcome.output.find("q: end") == std::string::npos);
  CHECK(outcome.output.find('\x1b') == std::string::npos);
  CHECK_NOTHROW(plain_page({}, Sort::stream));
}

TEST_CASE("Every order has a name, and its first letter as a key", "[top]") {
  CHECK(find_sort("stream") == Sort::stream);
  CHECK(find_sort("h") == Sort::host);
  CHECK(find_sort("") == Sort::rate);
  CHECK(find_sort("ag") == Sort::rate);
  CHECK(sort_names().size() == 5);
}
