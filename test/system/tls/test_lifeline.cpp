// SPDX-License-Identifier: Apache-2.0
// Settings that are large, for a gateway that stands still while httpd's parent sends them.
#include "noting_site.hpp"
#include "support/os/processes.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"
#include "tls_files.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr int kHosts = 30;
constexpr int kCertificates = 100; // in the chain of each: 3.5 MB in all, of 4 MB that may be
constexpr int kMostMessages = 5;

// Makes the certificates in `root`, for whoever starts httpd.
void make_files(const std::filesystem::path& root) {
  make_certificate(root, {.name = "large.example", .key = "rsa"});
  const std::string certificate = read_file(root / "large.example.pem") + "\n";
  std::string chain;
  for (int i = 0; i < kCertificates; ++i)
    chain += certificate;
  write_file(root / "chain.pem", chain);
  for (const char* const file : {"large.example.pem", "large.example.key", "chain.pem"})
    std::filesystem::permissions(root / file, std::filesystem::perms(0644));
}

std::string large_hosts() {
  std::string hosts;
  for (int i = 0; i < kHosts; ++i)
    hosts += tls_host("large" + std::to_string(i) + ".example", "large.example",
                      "SSLCertificateChainFile @ROOT@/chain.pem\n");
  return hosts;
}

// A process that stands still; it goes on at the end at the latest.
class Stopped {
 public:
  explicit Stopped(pid_t pid) : pid_(pid) { ::kill(pid, SIGSTOP); }
  ~Stopped() { go_on(); }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;

  void go_on() const { ::kill(pid_, SIGCONT); }

 private:
  pid_t pid_;
};

bool runs(const HttpdFixture& httpd, pid_t pid) {
  const std::vector<pid_t> all = httpd.gateway_pids();
  return std::find(all.begin(), all.end(), pid) != all.end();
}

} // namespace

TEST_CASE("A gateway that stands still while large settings come has all of them when it goes on") {
  NotingSite site;
  make_files(site.root());
  site.httpd().error_log().allow("AH01909|AH02217|AH02604");
  site.start(tls_host("small.example", "large.example"));
  REQUIRE(site.servers().size() == 1);
  const pid_t gateway = site.httpd().gateway_pid();
  const Stopped stopped(gateway);
  site.graceful(large_hosts());
  CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
  stopped.go_on();
  const auto servers = site.servers(2);
  REQUIRE(servers.size() == kHosts);
  CHECK(servers.back().identities.at(0).certificates.size() > kCertificates * 500);
  CHECK(site.httpd().gateway_pid() == gateway);
}

TEST_CASE("A gateway that took a part of its settings finishes its streams, and a new one gets all") {
  HttpdOptions options;
  options.run_as = "www-data"; // its sockets hold no more than others: a few such messages at most
  // The gateway stands still for as long as the reloads take.
  options.global = "LogLevel rtmpt_proxy:debug\nRTMPTSessionTimeout 40s\n";
  TunnelSite site(options);
  HttpdFixture& httpd = site.httpd();
  make_files(httpd.root());
  httpd.error_log().allow("AH01909|AH02217|AH02604");
  httpd.error_log().expect("RTMPT438.*does not take the virtual hosts");
  httpd.error_log().expect("RTMPT443.*a new one takes its place");
  const pid_t before = httpd.gateway_pid();
  auto session = site.session(handed_over());
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 1));
  options.site = "RTMPTProxyPass " + site.backend().url() + "\n";
  options.more_hosts = large_hosts();
  httpd.configure(options);
  {
    const Stopped stopped(before);
    for (int i = 0; i < kMostMessages && httpd.error_log().matching("RTMPT443").empty(); ++i)
      httpd.graceful();
    eventually("a new gateway runs", [&] { return httpd.gateway_pids().size() == 2; });
    auto newer = site.session(handed_over());
    CHECK_NOTHROW(carry_both_ways(newer, 20'000, 2));
  }
  CHECK(happens([&] { return !httpd.error_log().matching("RTMPT421: 30 servers").empty(); }));
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 3));
  httpd.graceful(); // nothing more is sent to the older one, and the newer one goes on
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 4));
  CHECK(httpd.gateway_pids().size() == 2);
  CHECK(runs(httpd, before));
  session.media.reset();
  eventually("the older gateway ends with its last stream", [&] { return !runs(httpd, before); });
  CHECK(httpd.gateway_pids().size() == 1);
}
