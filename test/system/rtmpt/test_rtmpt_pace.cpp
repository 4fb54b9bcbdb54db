// SPDX-License-Identifier: Apache-2.0
// How often an RTMPT server is asked on behalf of a client that polls without a pause, and how much later media comes
// for that.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/picture_log.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/counting_relay.hpp"
#include "support/peers/node_rtmpt_server.hpp"
#include "support/sites/rtmpt_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kMostRequests = 50; // in any second
constexpr double kMostDelayMs = 40;
constexpr std::chrono::seconds kPublished{60}; // at most
constexpr std::size_t kEnough = 10 * kPictureRate;

double ms(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<FlvTag> sample() {
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", kPublished);
  return read_flv(read_file(dir.path() / "sample.flv"));
}

// How much later each picture came to `late` than to `early`, of those that both have seen.
std::vector<double> delays(const WatchingPlayer& early, const WatchingPlayer& late) {
  std::map<int, Clock::time_point> reference;
  for (const auto& seen : early.seen())
    reference[seen.number] = seen.at;
  std::vector<double> result;
  for (const auto& seen : late.seen()) {
    const auto found = reference.find(seen.number);
    if (found != reference.end()) result.push_back(ms(seen.at - found->second));
  }
  return result;
}

} // namespace

TEST_CASE("A player that polls without a pause costs an RTMPT server 50 requests a second, and media 40 ms, at most") {
  const auto tags = sample();
  const PictureIndex pictures(tags);
  NodeRtmptServer media;
  CountingRelay relay(media.rtmpt_port());
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + relay.url() + "\n";
  HttpdFixture httpd(options);
  httpd.start();
  FfmpegPublisher publisher(media.stream_url("pace"), kPublished);
  media.wait_for_stream("pace");
  eventually("pictures are published", [&] { return publisher.frames() >= kPictureRate; });
  WatchingPlayer direct(media.stream_url("pace"), kPublished + 30s, pictures);
  WatchingPlayer tunnelled("rtmpt://localhost:" + std::to_string(httpd.plain().port) + "/live/pace", kPublished + 30s,
                           pictures);
  CHECK(direct.has_seen(kEnough));
  CHECK(tunnelled.has_seen(kEnough));
  const int last = publisher.finish() - 1;
  CHECK(direct.complaint_once_seen(last, kEnough) == "");
  CHECK(tunnelled.complaint_once_seen(last, kEnough) == "");

  const auto added = delays(direct, tunnelled);
  REQUIRE(added.size() > kEnough / 2);
  const auto most = most_in_a_second(relay.requests());
  WARN("at most " << most << " requests a second at the server, media " << median(added) << " ms later (median of "
                  << added.size() << " pictures)");
  CHECK(most > 5);
  CHECK(most <= kMostRequests);
  CHECK(median(added) < kMostDelayMs);
}

TEST_CASE("The RTMPT server's messages reach a client that polls without a pause within 40 ms, however they come") {
  const auto interval = GENERATE(5ms, 17ms, 66ms, 400ms);
  HttpdOptions options;
  options.site = "RTMPTGather 0\n";
  RtmptSite site(options);
  auto session = site.session();
  REQUIRE_NOTHROW(carry_both_ways(site, session, 5'000, 1));
  const auto begin = Clock::now();
  const auto begun_with = session.client.received().size();
  std::vector<Clock::time_point> given;
  std::thread server([&] {
    for (auto at = begin; at < begin + 4s; at += interval) {
      std::this_thread::sleep_until(at);
      given.push_back(Clock::now());
      site.server().send(session.at_server, "m");
    }
  });
  std::vector<Clock::time_point> got;
  const auto expected = static_cast<std::size_t>((4s + interval - 1ms) / interval);
  for (const Deadline deadline; got.size() < expected && !deadline.passed();) {
    REQUIRE(session.client.idle().status == 200);
    got.resize(session.client.received().size() - begun_with, Clock::now());
  }
  server.join();
  REQUIRE(got.size() == given.size());
  std::vector<double> added;
  for (std::size_t i = 0; i < got.size(); ++i)
    added.push_back(ms(got[i] - given[i]));
  std::vector<Clock::time_point> requests;
  for (const auto& request : site.server().requests())
    if (request.at >= begin) requests.push_back(request.at);
  const auto most = most_in_a_second(requests);
  WARN("a message every " << interval.count() << " ms: at most " << most << " requests a second at the server, "
                          << median(added) << " ms later (median of " << added.size() << ")");
  CHECK(most <= kMostRequests);
  CHECK(median(added) < (interval < 100ms ? kMostDelayMs : 150));
}
