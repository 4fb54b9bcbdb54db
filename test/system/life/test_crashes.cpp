// SPDX-License-Identifier: Apache-2.0
// kill -9, in an order of chance while streams run: pages come at once, the streams of others go on with every byte,
// and nothing is left behind.
#include "life/lasting/holdings.hpp"
#include "life/lasting/life_site.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/text_file.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <random>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr const char* kLogProgram = "cat";

enum class Victim { child, log_program, media_server };

std::chrono::milliseconds time_of_page(HttpdFixture& httpd) {
  const auto begin = Clock::now();
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  return since(begin);
}

// Everything that runs at the site.
class Load {
 public:
  explicit Load(LifeSite& site) : site_(site) { begin_all(); }

  void begin_all() {
    publishers_ = site_.publish();
    viewers_ = begin(site_.viewer_legs(), 1);
    echoes_ = begin(site_.echo_legs(), 1);
    begin_others();
  }
  void begin_others() { others_ = begin(site_.other_legs(), 2); }

  void check_all_go_on() {
    for (const LastingStreams* const streams : {&publishers_, &viewers_, &echoes_, &others_})
      rtmpt_proxy::test::check_all_go_on(*streams);
  }
  void check_others_break() { check_all_break(others_); }
  void stop() {
    for (LastingStreams* const streams : {&others_, &echoes_, &viewers_, &publishers_}) {
      stop_all(*streams);
      streams->clear();
    }
  }
  // The gateway has been killed: all streams that it had. The publisher elsewhere goes on, and is ended.
  void check_all_break_and_end() {
    publishers_.back()->stop();
    publishers_.pop_back();
    for (LastingStreams* const streams : {&others_, &viewers_, &publishers_, &echoes_})
      check_all_break(*streams);
  }

 private:
  LifeSite& site_;
  LastingStreams publishers_, viewers_, echoes_, others_;
};

// httpd serves a page within a second, and as much more as the machine is slower than it should be.
void check_page_at_once(LifeSite& site, std::chrono::milliseconds usual) {
  CHECK(time_of_page(site.httpd()) < 1s + 10 * usual);
}

void kill_one(const std::vector<pid_t>& among, std::mt19937& random) {
  REQUIRE_FALSE(among.empty());
  REQUIRE(kill(among[random() % among.size()], SIGKILL) == 0);
}

void crash(Victim victim, LifeSite& site, Load& load, std::mt19937& random) {
  HttpdFixture& httpd = site.httpd();
  const std::size_t programs = log_programs(httpd, kLogProgram).size();
  const auto usual = time_of_page(httpd);
  switch (victim) {
  case Victim::child: kill_one(serving_children(httpd), random); break;
  case Victim::log_program: kill_one(log_programs(httpd, kLogProgram), random); break;
  case Victim::media_server: site.end_other_media(); break;
  }
  check_page_at_once(site, usual);
  if (victim == Victim::media_server) {
    load.check_others_break();
    site.begin_other_media();
    load.begin_others();
  }
  load.check_all_go_on();
  CHECK(happens([&] { return log_programs(httpd, kLogProgram).size() == programs; }));
}

void crash_gateway(LifeSite& site, Load& load, std::size_t nth) {
  HttpdFixture& httpd = site.httpd();
  const auto usual = time_of_page(httpd);
  REQUIRE(kill(httpd.gateway_pid(), SIGKILL) == 0);
  check_page_at_once(site, usual);
  load.check_all_break_and_end();
  httpd.error_log().wait_for("RTMPT080", nth + 1); // the next one is in service
  load.begin_all();
  load.check_all_go_on();
}

std::string left_behind(LifeSite& site, const Holdings& before) {
  std::string more;
  happens(
      [&] {
        more = more_than(before, holdings(site.httpd()));
        if (site.sessions() != 0) more += "sessions\n";
        if (site.media().open_connections() + site.other_media().open_connections() != 0) more += "media servers'\n";
        return more.empty();
      },
      Deadline(20s));
  return more;
}

std::uint32_t seed() {
  const char* const wanted = std::getenv("RTMPT_TEST_SEED");
  return wanted ? static_cast<std::uint32_t>(std::stoul(wanted)) : std::random_device()();
}

int rounds() {
  const char* const wanted = std::getenv("RTMPT_TEST_LIFE");
  return wanted && std::string(wanted) == "long" ? 20 : 2;
}

} // namespace

TEST_CASE("Whatever is killed, pages come at once, the streams of others go on, and nothing is left behind") {
  LifeSite site({.lines = "CustomLog \"||$exec cat >>@ROOT@/logs/piped_access.log\" plain\n",
                 .session_log = "|$exec cat >>@ROOT@/logs/piped_sessions.log"});
  ErrorLog& log = site.httpd().error_log();
  log.allow("AH00106|AH00107|AH00098|AH00052|piped log program|RTMPT34[12]");
  log.expect("rtmpt_proxy:error.*RTMPT082"); // a gateway was killed
  log.allow("RTMPT316|RTMPT05[0-9]");        // a media server was
  const std::uint32_t seed_of_run = seed();
  CAPTURE(seed_of_run);
  std::mt19937 random(seed_of_run);
  {
    Load load(site); // what is made at first use is there from now on
    load.check_all_go_on();
    load.stop();
  }
  eventually("all have left", [&] { return site.sessions() == 0; });
  const Holdings before = holdings(site.httpd());
  Load load(site);
  load.check_all_go_on();
  for (int round = 0; round < rounds(); ++round) {
    std::array victims{Victim::child, Victim::child, Victim::log_program, Victim::media_server};
    std::shuffle(victims.begin(), victims.end(), random);
    for (const Victim victim : victims) {
      CAPTURE(round, static_cast<int>(victim));
      crash(victim, site, load, random);
    }
  }
  for (std::size_t i = 1; i <= 2; ++i) // no more often: httpd may wait with a gateway that keeps on dying
    crash_gateway(site, load, i);
  load.stop();
  CHECK(left_behind(site, before).empty());
  CHECK(happens([&] { return lines_of(read_file(site.httpd().root() / "logs/piped_sessions.log")).size() >= 20; }));
}
