// What httpd's ways to stop do to streams over TLS that a child of an earlier generation still carries.
#include "support/http_connection.hpp"
#include "support/pumped_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

// httpd gives its children three seconds before it asks again, in the log too.
constexpr std::chrono::milliseconds kAtOnce{2500};

std::vector<TunnelSession> pumped_sessions(TunnelSite& site, int count) {
  std::vector<TunnelSession> sessions;
  for (int i = 0; i < count; ++i) {
    sessions.push_back(site.session(over_tls()));
    carry_both_ways(sessions.back(), 20'000, static_cast<std::uint32_t>(i));
  }
  return sessions;
}

void check_all_go_on(std::vector<TunnelSession>& sessions) {
  for (std::size_t i = 0; i < sessions.size(); ++i)
    CHECK_NOTHROW(carry_both_ways(sessions[i], 20'000, static_cast<std::uint32_t>(100 + i)));
}

} // namespace

TEST_CASE("Restart and stop after graceful end the streams of retired children at once") {
  TunnelSite site(pumped_options());
  auto sessions = pumped_sessions(site, 6);
  site.httpd().graceful();
  check_all_go_on(sessions);
  REQUIRE(pumped_connections(site.httpd()) == sessions.size());
  const auto before = Clock::now();
  SECTION("restart") {
    site.httpd().restart();
    CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
    auto next = site.session(over_tls());
    CHECK_NOTHROW(carry_both_ways(next, 20'000, 1));
  }
  SECTION("stop") {
    site.httpd().stop();
  }
  CHECK(Clock::now() - before < kAtOnce);
  for (auto& session : sessions)
    CHECK(session.client.connection().closed_by_server());
  CHECK(ended_connections(site.httpd()) >= sessions.size());
}
