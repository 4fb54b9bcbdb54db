// SPDX-License-Identifier: Apache-2.0
// Viewers by HTTP whose connection a thread of httpd keeps: how long a child that has retired lives on for them, and
// when they end.
#include "hub/watched_hub.hpp"
#include "support/clients/http_connection.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kLong{120};

HttpdOptions by_threads(const std::string& mpm) {
  HttpdOptions options = watched(mpm, "RTMPTHandOver Off\nRTMPTHubWait 30s\n");
  options.tls_site = ""; // the gateway's own TLS needs a hand-over
  return options;
}

bool ends_by(FlvViewer& viewer, Deadline deadline) {
  try {
    return viewer.ends(deadline);
  } catch (const TimedOut&) {
    return false;
  }
}

} // namespace

TEST_CASE("A viewer on a thread of a child that has retired stays while the encoder reconnects") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  WatchedHub hub(by_threads(mpm));
  FlvViewer viewer(hub.httpd().plain(), watch_request());
  REQUIRE(viewer.status() == 200);
  CHECK(viewer.sees(kPictureRate));
  hub.httpd().graceful();
  hub.publisher().interrupt();
  CHECK_FALSE(ends_by(viewer, Deadline(2500ms)));
  const FfmpegPublisher again(stream_url(hub.httpd(), "rtmp"), kLong);
  CHECK(viewer.sees(viewer.pictures() + 2 * kPictureRate));
}

TEST_CASE("A viewer on a thread is counted by RTMPTRetiredChildren while bytes come") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  HttpdOptions options = by_threads(mpm);
  options.global = "RTMPTRetiredChildren 0\n";
  WatchedHub hub(options);
  hub.httpd().error_log().expect("RTMPT071: 1 stream over TLS ends: more retired children");
  FlvViewer viewer(hub.httpd().plain(), watch_request());
  REQUIRE(viewer.status() == 200);
  CHECK(viewer.sees(kPictureRate));
  hub.httpd().graceful();
  CHECK_NOTHROW(viewer.ends(Deadline(20s)));
}

TEST_CASE("One client has half of the threads that viewers may have") {
  HttpdOptions options = by_threads("event");
  options.global = "StartServers 1\nServerLimit 1\nThreadsPerChild 24\nMinSpareThreads 1\nMaxSpareThreads 24\n"
                   "MaxRequestWorkers 24\n"; // so there are six for viewers
  WatchedHub hub(options);
  std::vector<std::unique_ptr<FlvViewer>> viewers;
  const auto status_for = [&](const std::string& address) {
    Endpoint endpoint = hub.httpd().plain();
    endpoint.from_address = address;
    return viewers.emplace_back(std::make_unique<FlvViewer>(endpoint, watch_request()))->status();
  };
  for (int i = 0; i < 3; ++i)
    CHECK(status_for("127.0.0.2") == 200);
  CHECK(status_for("127.0.0.2") == 503);
  CHECK(status_for("127.0.0.3") == 200);
  viewers.front()->close();
  eventually("the place of one who has left is free again", [&] { return status_for("127.0.0.2") == 200; });
  CHECK(fetch(hub.httpd().plain(), "/").body == kPageText);
}

TEST_CASE("A viewer on a thread who takes nothing is ended after half a minute, whatever Timeout says") {
  HttpdOptions options = by_threads("event");
  options.global = "Timeout 300\nSendBufferSize 8192\nStartServers 1\nServerLimit 1\nThreadsPerChild 4\n"
                   "MinSpareThreads 1\nMaxSpareThreads 4\nMaxRequestWorkers 4\n"; // so there is one for viewers
  WatchedHub hub(options);
  Endpoint small = hub.httpd().plain();
  small.receive_buffer_bytes = 4096;
  const FlvViewer stuck(small, watch_request());
  REQUIRE(stuck.status() == 200);
  CHECK(hub.status_of(watch_request()) == 503);
  eventually(
      "its thread is free", [&] { return FlvViewer(hub.httpd().plain(), watch_request()).status() == 200; },
      Deadline(60s));
}

TEST_CASE("A viewer on a thread ends at once when httpd is restarted") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  const bool is_retired = GENERATE(false, true);
  CAPTURE(mpm, is_retired);
  WatchedHub hub(by_threads(mpm));
  FlvViewer viewer(hub.httpd().plain(), watch_request());
  CHECK(viewer.sees(kPictureRate));
  if (is_retired) hub.httpd().graceful();
  hub.httpd().restart();
  CHECK_NOTHROW(viewer.ends(Deadline(10s)));
}
