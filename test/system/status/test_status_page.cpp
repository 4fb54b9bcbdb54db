// SPDX-License-Identifier: Apache-2.0
// The status page of a real httpd with real streams, in a real browser. What the browser's checks ask for on their
// standard output ("please publish live/third") happens here.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/built.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// How long streams last at most: longer than all checks, however slow the machine is.
constexpr std::chrono::seconds kLongest{600};
// How long the checks may say nothing: one of them takes 90 s at most (lib/run_checks.mjs).
constexpr std::chrono::seconds kLongestSilence{120};
constexpr std::string_view kAsked = "please ";

HttpdOptions site_for(const NginxRtmp& media) {
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + media.url() +
                 "\n<Location /rtmpt-status>\n  SetHandler rtmpt-status\n  RTMPTStatusControl On\n</Location>\n"
                 "<Location /admin/look>\n  SetHandler rtmpt-status\n</Location>\n";
  return options;
}

// An httpd with streams that come and go.
class StreamSite {
 public:
  StreamSite() : httpd_(site_for(media_)) {
    make_flv(dir_.path() / "sample.flv", 4s);
    tags_ = read_flv(read_file(dir_.path() / "sample.flv"));
    httpd_.start();
    for (const auto* name : {"live/cam1", "live/cam2"})
      publish(name);
    media_.wait_for_stream("cam1");
    media_.wait_for_stream("cam2");
    player_.emplace(tunnel() + "live/cam1", kLongest);
  }

  // "publish live/third": does it.
  void obey(const std::string& what) {
    INFO(what);
    const auto blank = what.find(' ');
    const auto verb = what.substr(0, blank);
    const auto name = blank == std::string::npos ? "" : what.substr(blank + 1);
    if (verb == "publish")
      publish(name);
    else if (verb == "stop")
      REQUIRE(publishers_.erase(name) == 1);
    else if (verb == "expect-end")
      CHECK_FALSE(publishers_.at(name)->join().complete);
    else if (verb == "stop-server")
      httpd_.stop();
    else if (verb == "start-server")
      httpd_.start();
    else
      FAIL("the browser asks for what is not known: " << what);
  }

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(httpd_.plain().port) + path;
  }

 private:
  std::string tunnel() const { return "rtmpt://localhost:" + std::to_string(httpd_.plain().port) + "/"; }

  void publish(const std::string& name) {
    publishers_[name] = std::make_unique<LibrtmpPublisher>(tunnel() + name, tags_, kLongest);
  }

  TempDir dir_;
  std::vector<FlvTag> tags_;
  NginxRtmp media_;
  HttpdFixture httpd_;
  std::map<std::string, std::unique_ptr<LibrtmpPublisher>> publishers_;
  std::optional<LibrtmpPlayer> player_;
};

// Does what `output` asks for, line by line, until `checks` has ended. Returns how many things were asked for.
std::size_t obey_until_end(StreamSite& site, ChildProcess& checks, const std::filesystem::path& output) {
  std::size_t read = 0;
  std::size_t obeyed = 0;
  Deadline deadline(kLongestSilence);
  for (bool running = true; running;) {
    running = checks.running(); // asked before reading: what it wrote last is read as well
    if (!std::filesystem::exists(output)) throw std::runtime_error("somebody has removed " + output.string());
    const auto text = read_file(output);
    for (auto end = text.find('\n', read); end != std::string::npos; end = text.find('\n', read)) {
      const auto line = text.substr(read, end - read);
      read = end + 1;
      deadline = Deadline(kLongestSilence);
      if (line.rfind(kAsked, 0) != 0) continue;
      site.obey(line.substr(kAsked.size()));
      ++obeyed;
    }
    if (running && deadline.passed()) throw TimedOut("the browser's checks have stopped; they said:\n" + text);
    std::this_thread::sleep_for(20ms);
  }
  return obeyed;
}

} // namespace

TEST_CASE("The status page shows real streams, follows them, ends one and outlives a restart of httpd") {
  StreamSite site;
  const TempDir dir;
  const auto output = dir.path() / "checks.log";
  ChildProcess checks({{built::node(), built::browser_folder() + "/site_test.mjs", site.url("/rtmpt-status"),
                        site.url("/admin/look"), built::browser_modules()},
                       output,
                       output});
  const auto obeyed = obey_until_end(site, checks, output);
  const auto said = read_file(output);
  INFO(said);
  CHECK(checks.wait() == 0);
  CHECK(obeyed == 8); // three streams begun, two stopped, one ended by the page, httpd stopped and started
  CHECK(said.find("13 checks passed, 0 failed") != std::string::npos);
}
