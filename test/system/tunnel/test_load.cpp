// SPDX-License-Identifier: Apache-2.0
// Many streams at once on two processors, and the site answers all the while.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/http_connection.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/processes.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kPublishers = 20;
constexpr int kPlayers = 100;

// Twenty seconds, or RTMPT_LOAD_SECONDS.
std::chrono::seconds wanted_length() {
  const char* const words = std::getenv("RTMPT_LOAD_SECONDS");
  return std::chrono::seconds(words ? std::stoi(words) : 20);
}

struct PageFigures {
  int answers = 0;
  std::chrono::milliseconds slowest{0};
};

// Asks for the site's page, again and again, while `busy` is true.
template <class Busy>
PageFigures ask_for_pages(const Endpoint& endpoint, Busy busy) {
  PageFigures figures;
  while (busy()) {
    const auto begin = Clock::now();
    REQUIRE(fetch(endpoint, "/").body == kPageText);
    figures.slowest =
        std::max(figures.slowest, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin));
    ++figures.answers;
    std::this_thread::sleep_until(begin + 50ms); // a visitor, not a benchmark
  }
  return figures;
}

} // namespace

TEST_CASE(
    "100 librtmp players and 20 publishers run side by side, all complete, and the page is answered all the while") {
  const std::chrono::seconds length = wanted_length();
  // All but the two seconds in which a stream begins: a player waits for a key frame, of which there is one a second.
  const int frames_at_least = least_pictures(length);
  NginxRtmp media;
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + media.url() + "\n";
  HttpdFixture httpd(options);
  httpd.start();
  const auto gateway = httpd.gateway_pid();
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", 6s);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  const auto url = "rtmpt://127.0.0.1:" + std::to_string(httpd.plain().port) + "/live/s";

  std::vector<std::unique_ptr<LibrtmpPublisher>> publishers;
  for (int i = 0; i < kPublishers; ++i) {
    publishers.push_back(std::make_unique<LibrtmpPublisher>(url + std::to_string(i), tags, length + 10s));
  }
  for (int i = 0; i < kPublishers; ++i)
    media.wait_for_stream("s" + std::to_string(i), Deadline(20s));
  const auto cpu_before = cpu_seconds(gateway);
  std::vector<std::unique_ptr<LibrtmpPlayer>> players;
  for (int i = 0; i < kPlayers; ++i) {
    players.push_back(std::make_unique<LibrtmpPlayer>(url + std::to_string(i % kPublishers), length));
  }
  const auto end = Clock::now() + length;
  const auto pages = ask_for_pages(httpd.plain(), [&] { return Clock::now() < end; });
  const auto memory = memory_bytes(gateway);
  const auto cpu = cpu_seconds(gateway) - cpu_before;

  int longest_gap = 0;
  int fewest_frames = 1 << 30;
  for (auto& player : players) {
    CHECK(player->join().complete);
    CHECK(player->progress().pictures >= frames_at_least);
    longest_gap = std::max(longest_gap, player->progress().longest_gap_ms.load());
    fewest_frames = std::min(fewest_frames, player->progress().pictures.load());
  }
  for (auto& publisher : publishers) {
    CHECK(publisher->join().complete);
    CHECK(publisher->progress().pictures >= frames_at_least);
  }
  std::printf(
      "%d players (fewest frames %d, longest gap %d ms), %d publishers; %d pages, slowest %lld ms; gateway %.1f s "
      "of CPU in %d s, %zu KiB\n",
      kPlayers, fewest_frames, longest_gap, kPublishers, pages.answers, static_cast<long long>(pages.slowest.count()),
      cpu, static_cast<int>(length.count()), memory / 1024);
  CHECK(pages.answers > 6 * length.count()); // of 20 asked a second
  CHECK(pages.slowest < 2s);
  CHECK(httpd.gateway_pid() == gateway);
}
