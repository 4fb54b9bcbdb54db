// SPDX-License-Identifier: Apache-2.0
// Streams of every kind through graceful and restart, again and again, with other virtual hosts and certificates: what
// arrives, counted at both ends.
#include "life/lasting/life_site.hpp"
#include "support/sites/rtmp_site.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

struct Extent {
  int echoes;  // clients of each leg at the media server
  int viewers; // of each leg at a hub
  std::chrono::milliseconds time;
};

// RTMPT_TEST_LIFE=long: 48 clients and 48 viewers for ten minutes.
Extent extent() {
  const char* const wanted = std::getenv("RTMPT_TEST_LIFE");
  if (wanted && std::string(wanted) == "long") return {8, 4, 10min};
  return {1, 1, 8s};
}

constexpr int kLeastReloads = 6;

// One reload or restart, and a look at all that is under way. Bytes of sessions that began and ended here.
std::uint64_t reload(LifeSite& site, int number, const std::vector<const LastingStreams*>& all) {
  CAPTURE(number);
  site.change_configuration();
  if (number % 3 == 2)
    site.httpd().restart();
  else
    site.httpd().graceful();
  for (const LastingStreams* const streams : all)
    check_all_go_on(*streams);
  check_page(site.httpd());
  const LastingStreams late = begin(site.echo_legs(), 1);
  check_all_go_on(late);
  return stop_all(late);
}

} // namespace

TEST_CASE("Streams lose nothing while httpd reloads and restarts, with other virtual hosts and certificates") {
  const Extent wanted = extent();
  LifeSite site;
  const pid_t gateway = site.httpd().gateway_pid();
  LastingStreams publishers = site.publish();
  LastingStreams viewers = begin(site.viewer_legs(), wanted.viewers);
  LastingStreams echoes = begin(site.echo_legs(), wanted.echoes);
  const Deadline end(wanted.time);
  std::uint64_t echoed = 0;
  int reloads = 0;
  while (reloads < kLeastReloads || !end.passed())
    echoed += reload(site, reloads++, {&publishers, &viewers, &echoes});
  echoed += stop_all(echoes);
  const std::uint64_t seen = stop_all(viewers);
  const std::uint64_t published = stop_all(publishers);
  CHECK(site.media().taken_bytes() == echoed);
  CHECK(site.httpd().gateway_pid() == gateway);
  WARN(reloads << " reloads: " << echoed << " bytes sent and come back by " << echoes.size() << " clients, "
               << published << " pictures published, " << seen << " seen by " << viewers.size() << " viewers");
  for (LastingStreams* const streams : {&echoes, &viewers, &publishers})
    streams->clear();
  CHECK(happens([&] { return site.sessions() == 0 && site.media().open_connections() == 0; }));
}

TEST_CASE("Streams whose TLS httpd has go on through graceful, and end with a restart") {
  LifeSite site;
  const LastingStreams publishers = site.publish();
  const LastingStreams kept = begin(site.kept_legs(), 1);
  check_all_go_on(kept);
  for (int i = 0; i < 3; ++i) {
    site.change_configuration();
    site.httpd().graceful();
    check_all_go_on(kept);
  }
  site.httpd().restart();
  for (const auto& stream : kept) {
    CAPTURE(stream->name());
    CHECK(stream->breaks());
  }
  check_all_go_on(publishers);
}
