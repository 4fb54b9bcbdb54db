// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/polling_interval.hpp>

#include <catch2/catch.hpp>

#include <vector>

using rtmpt_proxy::protocol::PollingInterval;

namespace {

std::vector<int> empty_idles(PollingInterval& interval, std::size_t count) {
  std::vector<int> bytes;
  for (std::size_t i = 0; i < count; ++i)
    bytes.push_back(interval.after_empty_idle());
  return bytes;
}

} // namespace

TEST_CASE("The polling byte grows over empty idles and stays at its last step", "[polling_interval]") {
  PollingInterval interval;
  CHECK(empty_idles(interval, 8) == std::vector<int>{0x01, 0x03, 0x05, 0x09, 0x11, 0x21, 0x21, 0x21});
}

TEST_CASE("Data brings the polling byte back to its first step", "[polling_interval]") {
  PollingInterval interval;
  empty_idles(interval, 4);
  CHECK(interval.after_data() == 0x01);
  CHECK(interval.current() == 0x01);
  CHECK(empty_idles(interval, 3) == std::vector<int>{0x01, 0x03, 0x05});
  CHECK(interval.after_data() == 0x01);
  CHECK(interval.after_data() == 0x01);
}

TEST_CASE("Asking for the polling byte does not change it", "[polling_interval]") {
  PollingInterval interval;
  CHECK(interval.current() == 0x01);
  empty_idles(interval, 2);
  CHECK(interval.current() == 0x05);
  CHECK(interval.current() == 0x05);
  CHECK(interval.after_empty_idle() == 0x05);
}
