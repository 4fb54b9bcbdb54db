// SPDX-License-Identifier: Apache-2.0
// Viewers who take nothing for a while, by each way that their connection travels: how much of what is old by then they
// still get. What waits in a kernel's buffer cannot be left out any more.
#include "hub/flv_viewer.hpp"
#include "hub/hub_publisher.hpp"
#include "hub/watched_hub.hpp"

#include <catch2/catch.hpp>

#include <cstddef>
#include <optional>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kPictureBytes = 20000;
constexpr int kKeyFrames = 80; // 8 MB with their pictures
// The viewer's queue, the local socket between gateway and httpd, and 64 KiB in the kernel.
constexpr std::size_t kMostHeldBytes = std::size_t{1} << 20;

struct Way {
  std::string name;
  std::string lines;
  bool tls;
};

} // namespace

TEST_CASE("A viewer who took nothing for a while gets little that is old, whoever has its connection") {
  const Way way = GENERATE(Way{"handed over", "", false}, Way{"pumped", "", true},
                           Way{"a thread of httpd", "RTMPTHandOver Off\n", false});
  CAPTURE(way.name);
  HttpdOptions options = watched("event", "RTMPTHubWait 1s\n" + way.lines);
  options.tls_site = ""; // httpd has the TLS
  HttpdFixture httpd(options);
  httpd.start();
  std::optional<HubPublisher> publisher(std::in_place, httpd.plain(), "live", "cam");
  publisher->send_media(640, 360, 25);
  Endpoint endpoint = way.tls ? httpd.tls() : httpd.plain();
  endpoint.receive_buffer_bytes = 8192;
  FlvViewer viewer(endpoint, watch_request());
  REQUIRE(viewer.status() == 200);
  FlvViewer other(httpd.plain(), watch_request());
  for (int i = 0; i < kKeyFrames; ++i) {
    publisher->send_key_frame(kPictureBytes);
    REQUIRE(other.sees((i + 1) * HubPublisher::kPicturesOfKeyFrame));
  }
  publisher.reset();
  REQUIRE(viewer.ends(Deadline(30s)));
  CHECK(viewer.pictures() > 0);
  CHECK(static_cast<std::size_t>(viewer.pictures()) * kPictureBytes <= kMostHeldBytes);
}
