// SPDX-License-Identifier: Apache-2.0
// Streams inside TLS that ends at the gateway: every byte, both ways, while httpd reloads, restarts and gets new
// certificates.
#include "support/clients/http_connection.hpp"
#include "support/clients/shown_certificate.hpp"
#include "support/httpd/certificate.hpp"
#include "support/os/processes.hpp"
#include "support/sites/pumped_site.hpp"
#include "support/sites/traffic.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <set>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr int kGracefuls = 10;
constexpr int kRestarts = 3;

HttpdOptions gateway_ends_tls(const std::string& mpm) {
  HttpdOptions options;
  options.mpm = mpm;
  options.tls_site = "RTMPTTerminateTLS gateway\nRTMPTSessionTimeout 120s\n"; // reloads may take a while
  return options;
}

TunnelSession tunnel_session(RtmpSite& site) {
  TunnelClient client(site.httpd().tls());
  client.open();
  return {std::move(client), site.backend().accept()};
}

// Another certificate than before, for the next generation.
void renew_certificate(HttpdFixture& httpd) {
  std::filesystem::remove(httpd.root() / "key.pem");
  write_certificate(httpd.root());
}

} // namespace

TEST_CASE("Every byte inside TLS arrives both ways through reloads, restarts and renewed certificates") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  RtmpSite site(gateway_ends_tls(mpm));
  HttpdFixture& httpd = site.httpd();
  const pid_t gateway = httpd.gateway_pid();
  RtmpSession rtmps = begin_session(site.backend(), httpd.tls());
  TunnelSession rtmpts = tunnel_session(site);
  Traffic<RtmpSession> on_rtmps(rtmps, 1);
  Traffic<TunnelSession> on_rtmpts(rtmpts, 2, 30'000);
  std::set<std::string> serials;
  const auto check = [&] {
    CHECK(on_rtmps.goes_on());
    CHECK(on_rtmpts.goes_on());
    serials.insert(tls_greeting(httpd.tls()).serial);
    CHECK(fetch(httpd.tls(), "/").body == kPageText);
    RtmpSession late = begin_session(site.backend(), httpd.tls());
    CHECK_NOTHROW(carry_both_ways(late, 50'000, 3));
    TunnelSession late_tunnel = tunnel_session(site);
    CHECK_NOTHROW(carry_both_ways(late_tunnel, 20'000, 4));
  };
  for (int i = 0; i < kGracefuls; ++i) {
    renew_certificate(httpd);
    httpd.graceful();
    check();
  }
  for (int i = 0; i < kRestarts; ++i) {
    renew_certificate(httpd);
    httpd.restart();
    check();
  }
  CHECK_NOTHROW(on_rtmps.stop());
  CHECK_NOTHROW(on_rtmpts.stop());
  CHECK(serials.size() == kGracefuls + kRestarts); // each new client has seen the new one
  CHECK(httpd.gateway_pid() == gateway);
}

TEST_CASE("Streams inside TLS keep no child of httpd, and no place of one") {
  constexpr int kStreams = 10; // of either kind
  constexpr int kReloads = 20;
  RtmpSite site(gateway_ends_tls("event"));
  std::vector<RtmpSession> rtmps;
  std::vector<TunnelSession> rtmpts;
  for (int i = 0; i < kStreams; ++i) {
    rtmps.push_back(begin_session(site.backend(), site.httpd().tls()));
    rtmpts.push_back(tunnel_session(site));
    CHECK_NOTHROW(carry_both_ways(rtmpts.back(), 10'000, 5));
  }
  for (int i = 0; i < kReloads; ++i) {
    const std::vector<pid_t> before = children_of(site.httpd());
    site.httpd().graceful();
    CHECK(happens([&] {
      const std::vector<pid_t> now = children_of(site.httpd());
      return std::none_of(before.begin(), before.end(),
                          [&now](pid_t pid) { return std::find(now.begin(), now.end(), pid) != now.end(); });
    }));
  }
  for (int i = 0; i < kStreams; ++i) {
    CHECK_NOTHROW(carry_both_ways(rtmps[static_cast<std::size_t>(i)], 20'000, 6));
    CHECK_NOTHROW(carry_both_ways(rtmpts[static_cast<std::size_t>(i)], 20'000, 7));
  }
}

TEST_CASE("A gateway that is started again after a crash knows the certificates") {
  RtmpSite site(gateway_ends_tls("event"));
  RtmpSession lost = begin_session(site.backend(), site.httpd().tls());
  const std::string serial = tls_greeting(site.httpd().tls()).serial;
  const pid_t killed = site.httpd().gateway_pid();
  REQUIRE(kill(killed, SIGKILL) == 0);
  eventually("another gateway runs", [&] {
    const auto now = site.httpd().gateway_pids();
    return now.size() == 1 && now.front() != killed;
  });
  site.httpd().error_log().expect("rtmpt_proxy:error.*RTMPT[0-9]+.*gateway");
  RtmpSession session = begin_session(site.backend(), site.httpd().tls());
  CHECK_NOTHROW(carry_both_ways(session, 50'000, 8));
  CHECK(tls_greeting(site.httpd().tls()).serial == serial);
}
