// SPDX-License-Identifier: Apache-2.0
// Every byte of RTMP, both ways, while httpd reloads and restarts.
#include "support/clients/http_connection.hpp"
#include "support/sites/rtmp_site.hpp"
#include "support/sites/traffic.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr int kGracefuls = 10;
constexpr int kRestarts = 3;

} // namespace

TEST_CASE("Every byte arrives both ways through ten graceful restarts and three restarts, and new clients come in") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  HttpdOptions options;
  options.mpm = mpm;
  RtmpSite site(options);
  RtmpSession first = site.session();
  RtmpSession second = begin_session(site.backend(), {"127.0.0.1", site.httpd().tls().port}); // plain RTMP there, too
  Traffic<RtmpSession> on_first(first, 1);
  Traffic<RtmpSession> on_second(second, 2);
  const auto check = [&] {
    CHECK(on_first.goes_on());
    CHECK(on_second.goes_on());
    CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
    RtmpSession late = site.session();
    CHECK_NOTHROW(carry_both_ways(late, 50'000, 3));
  };
  for (int i = 0; i < kGracefuls; ++i) {
    site.httpd().graceful();
    check();
  }
  for (int i = 0; i < kRestarts; ++i) {
    site.httpd().restart();
    check();
  }
  CHECK_NOTHROW(on_first.stop());
  CHECK_NOTHROW(on_second.stop());
}

TEST_CASE("Every byte inside TLS arrives both ways through ten graceful restarts") {
  RtmpSite site;
  RtmpSession session = begin_session(site.backend(), site.httpd().tls());
  Traffic<RtmpSession> traffic(session, 5);
  for (int i = 0; i < kGracefuls; ++i) {
    site.httpd().graceful();
    CHECK(traffic.goes_on());
  }
  CHECK_NOTHROW(traffic.stop());
}

TEST_CASE("A client or a media server that does not read is waited for, and then gets every byte") {
  const bool tls = GENERATE(false, true);
  CAPTURE(tls);
  RtmpSite site;
  RtmpSession session = begin_session(site.backend(), tls ? site.httpd().tls() : site.httpd().plain());
  RtmpSession other = site.session();
  constexpr std::size_t kMuch = 40'000'000;

  const std::string down(kMuch, 'd');
  const std::size_t taken = session.media->send_until_stuck(down, 1s);
  CHECK(taken < kMuch);
  CHECK_NOTHROW(carry_both_ways(other, 100'000, 7));
  std::string came = session.client.receive(taken);
  CHECK(came == down.substr(0, taken));

  session.media->stop_reading();
  const std::string up = picture_messages(kMuch, 8);
  std::size_t sent = 0;
  while (sent < up.size()) {
    const std::size_t count = session.client.stream().write_some(std::string_view(up).substr(sent), Deadline(1s));
    if (count == 0) break;
    sent += count;
  }
  CHECK(sent < up.size());
  CHECK_NOTHROW(carry_both_ways(other, 100'000, 9));
  session.media->resume_reading();
  session.media->wait_for_bytes(session.media_begin + sent);
  CHECK(session.received_by_media() == up.substr(0, sent));
}
