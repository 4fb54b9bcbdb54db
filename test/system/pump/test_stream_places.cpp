// SPDX-License-Identifier: Apache-2.0
// Streams that keep connections of httpd leave some for the site's pages.
#include "support/clients/http_connection.hpp"
#include "support/sites/pumped_site.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace rtmpt_proxy::test;

namespace {

struct Site {
  std::string mpm;
  std::string settings;
  std::size_t streams; // that may be there
};

// Each has two children, of four threads or one, so that few streams are needed.
std::vector<Site> small_sites() {
  const std::string threads = "StartServers 2\nThreadsPerChild 4\nMinSpareThreads 4\nMaxSpareThreads 8\n";
  return {
      {"event", threads + "MaxRequestWorkers 8\nServerLimit 8\nAsyncRequestWorkerFactor 1\n", 8},
      {"worker", threads + "MaxRequestWorkers 8\nServerLimit 8\n", 4},
      {"prefork", "StartServers 4\nMinSpareServers 1\nMaxSpareServers 4\nMaxRequestWorkers 4\nServerLimit 8\n", 3},
  };
}

HttpdOptions options_for(const Site& site) {
  auto options = pumped_options();
  options.mpm = site.mpm;
  options.global += site.settings;
  return options;
}

} // namespace

TEST_CASE("Configtest says how many places the MPM's settings leave") {
  struct Row {
    std::string mpm;
    std::string settings;
    std::string words;
  };
  const std::string debian = "ThreadsPerChild 25\nMaxRequestWorkers 150\n";
  const Row rows[] = {
      {"event", debian + "ServerLimit 16\n",
       "leaves 10 places beside the 6 children of MaxRequestWorkers; 8 retired children may keep streams, and the "
       "others"
       " 375 streams\n"},
      {"event", debian + "ServerLimit 6\n",
       "leaves 0 places beside the 6 children of MaxRequestWorkers; 3 retired children may keep streams, and the others"
       " 150 streams. Retired children take places of MaxRequestWorkers: raise ServerLimit\n"},
      {"event", debian + "ServerLimit 16\nAsyncRequestWorkerFactor 4\nRTMPTRetiredChildren 2 1h\n",
       "2 retired children may keep streams, and the others 625 streams\n"},
      {"worker", debian + "ServerLimit 16\n", "and 112 may; with MPM event they keep none\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.mpm, row.settings);
    HttpdOptions options;
    options.mpm = row.mpm;
    options.global = row.settings;
    options.site = "RTMPTProxyPass rtmp://127.0.0.1\n";
    const auto result = HttpdFixture(options).configtest();
    CAPTURE(result.output);
    CHECK(result.exit_code == 0);
    CHECK(result.output.find("RTMPT074: streams over TLS: ") != std::string::npos);
    CHECK(result.output.find(row.words) != std::string::npos);
  }
}

TEST_CASE("RTMPTRetiredChildren takes a number and a time") {
  for (const std::string value : {"-1", "20001", "x", "3 0s", "3 721h", "3 soon", ""}) {
    CAPTURE(value);
    HttpdOptions options;
    options.global = "RTMPTRetiredChildren " + value + "\n";
    const auto result = HttpdFixture(options).configtest();
    CAPTURE(result.output);
    CHECK(result.exit_code != 0);
    CHECK(result.output.find(value.empty() ? "RTMPTRetiredChildren takes" : "RTMPT075: ") != std::string::npos);
  }
  for (const std::string value : {"0", "20000", "3 1s", "3 720h"}) {
    CAPTURE(value);
    HttpdOptions options;
    options.global = "RTMPTRetiredChildren " + value + "\n";
    CHECK(HttpdFixture(options).configtest().exit_code == 0);
  }
}

TEST_CASE("Streams over TLS leave connections of httpd for pages, and one more is refused") {
  for (const Site& small : small_sites()) {
    DYNAMIC_SECTION(small.mpm) {
      TunnelSite site(options_for(small));
      site.httpd().error_log().expect("RTMPT073: no session for client 127.0.0.1: " + std::to_string(small.streams) +
                                      " streams keep a connection of httpd, " + std::to_string(small.streams) + " may");
      // httpd's own words about so few workers.
      site.httpd().error_log().allow("AH00484|AH10159|AH00286|AH00161|AH03490");
      std::vector<TunnelSession> sessions;
      for (std::size_t i = 0; i < small.streams; ++i) {
        sessions.push_back(site.session(over_tls()));
        carry_both_ways(sessions.back(), 2'000, 1);
        CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
      }
      for (int i = 0; i < 3; ++i) {
        auto refused = site.client(over_tls()).try_open();
        CHECK(refused.status == 503);
        CHECK(refused.header("Retry-After") == "1");
        CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
      }
      // Those that are handed over keep no connection of httpd.
      auto plain = site.session(handed_over());
      CHECK_NOTHROW(carry_both_ways(plain, 2'000, 1));
      for (auto& session : sessions)
        CHECK_NOTHROW(carry_both_ways(session, 2'000, 2));
      sessions.pop_back();
      eventually("there is a place again", [&] { return site.client(over_tls()).try_open().status == 200; });
      site.backend().accept();
    }
  }
}
