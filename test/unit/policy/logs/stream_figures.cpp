// SPDX-License-Identifier: Apache-2.0
// The totals for mod_status: what the gateway says is read strictly, and shown in units that people read.
#include <rtmpt_proxy/policy/logs/stream_figures.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;

namespace {

const std::string kSummary = "RtmptSessions: 3\nRtmptPublishing: 1\nRtmptPlaying: 2\nRtmptSessionsOpened: 17\n"
                             "RtmptRequests: 4711\nRtmptReceivedBytes: 1000000\nRtmptSentBytes: 2000000\n"
                             "RtmptReceivingBitsPerSecond: 900000\nRtmptSendingBitsPerSecond: 1800000\n"
                             "RtmptGatewayPid: 4321\nRtmptGatewayUptime: 61\n";

std::string without_line(std::size_t index) {
  std::size_t begin = 0;
  for (; index > 0; --index)
    begin = kSummary.find('\n', begin) + 1;
  std::string text = kSummary;
  return text.erase(begin, kSummary.find('\n', begin) + 1 - begin);
}

} // namespace

TEST_CASE("The gateway's summary is read figure by figure") {
  const auto figures = parse_stream_figures(kSummary);
  REQUIRE(figures);
  CHECK(figures->sessions == 3);
  CHECK(figures->publishing == 1);
  CHECK(figures->playing == 2);
  CHECK(figures->opened == 17);
  CHECK(figures->requests == 4711);
  CHECK(figures->received_bytes == 1'000'000);
  CHECK(figures->sent_bytes == 2'000'000);
  CHECK(figures->receiving_bits_per_second == 900'000);
  CHECK(figures->sending_bits_per_second == 1'800'000);
  CHECK(figures->gateway_pid == 4321);
  CHECK(figures->uptime == std::chrono::seconds(61));
  CHECK(parse_stream_figures("RtmptMore: 1\n" + kSummary) == figures);
}

TEST_CASE("A summary that lacks a figure, or has a line that is none, is not believed") {
  for (std::size_t line = 0; line < 11; ++line) {
    CAPTURE(line);
    CHECK_FALSE(parse_stream_figures(without_line(line)));
  }
  for (const char* bad : {"\n", "RtmptX\n", "RtmptX:1\n", "RtmptX: \n", "RtmptX: -1\n", "RtmptX: 1 \n", "RtmptX: 0x1\n",
                          "RtmptX: 18446744073709551616\n", "X: 1\n", "Rtmpt<b>: 1\n", ": 1\n", "RtmptX: 1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_stream_figures(kSummary + bad));
  }
  for (std::size_t size = 0; size < kSummary.size(); ++size)
    CHECK_FALSE(parse_stream_figures(std::string_view(kSummary).substr(0, size)));
}

TEST_CASE("Rates and sizes are shown with three digits and a unit") {
  struct Case {
    std::uint64_t value;
    const char* rate;
    const char* size;
  };
  const Case cases[] = {
      {0, "0 bit/s", "0 B"},
      {1, "1 bit/s", "1 B"},
      {999, "999 bit/s", "999 B"},
      {1'000, "1.00 kbit/s", "1.00 kB"},
      {1'234, "1.23 kbit/s", "1.23 kB"},
      {9'994, "9.99 kbit/s", "9.99 kB"},
      {9'996, "10.0 kbit/s", "10.0 kB"},
      {99'940, "99.9 kbit/s", "99.9 kB"},
      {99'960, "100 kbit/s", "100 kB"},
      {999'499, "999 kbit/s", "999 kB"},
      {999'500, "1.00 Mbit/s", "1.00 MB"},
      {1'500'000, "1.50 Mbit/s", "1.50 MB"},
      {2'000'000'000, "2.00 Gbit/s", "2.00 GB"},
      {3'000'000'000'000, "3.00 Tbit/s", "3.00 TB"},
      {18'446'744'073'709'551'615u, "18446744 Tbit/s", "18446744 TB"},
  };
  for (const Case& c : cases) {
    CHECK(bit_rate_text(c.value) == c.rate);
    CHECK(bytes_text(c.value) == c.size);
  }
}
