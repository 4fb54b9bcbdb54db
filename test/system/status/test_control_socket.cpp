// SPDX-License-Identifier: Apache-2.0
// The control socket over the life of httpd and its gateway, and who may use it.
#include "local/local_address.hpp"
#include "support/httpd/rtmptctl.hpp"
#include "support/os/processes.hpp"
#include "support/os/system_error.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::local::Descriptor;
using rtmpt_proxy::local::LocalAddress;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kAsNobody{"setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"};
const std::vector<std::string> kAsDaemonGroup{"setpriv", "--reuid=nobody", "--regid=daemon", "--clear-groups"};

struct stat file_at(const fs::path& path) {
  struct stat file {};
  checked(::lstat(path.c_str(), &file), "lstat " + path.string());
  return file;
}

mode_t mode_of(const fs::path& path) {
  return file_at(path).st_mode & 07777;
}

HttpdOptions with(const std::string& directive) {
  HttpdOptions options;
  options.global = directive + "\n";
  return options;
}

// A socket as an httpd leaves it behind that is killed.
void leave_socket(const fs::path& path) {
  const Descriptor socket(checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  REQUIRE(LocalAddress::of_path(path.native()).value().bind(socket.get()) == 0);
}

bool works(const Rtmptctl& ctl) {
  return ctl.run({"sessions"}).exit_code == 0;
}

bool no_contact(const Rtmptctl& ctl) {
  return ctl.run({"-t", "1", "sessions"}).exit_code == 3;
}

// The inode of the socket that is listened on at `path`, as descriptors of it are linked to; empty when there is none.
std::string listening_socket(const fs::path& path) {
  for (const auto& line : lines_of(read_file("/proc/net/unix"))) {
    char inode[32]{};
    char name[256]{};
    unsigned flags = 0;
    if (std::sscanf(line.c_str(), "%*s %*s %*s %x %*s %*s %31s %255s", &flags, inode, name) != 3) continue;
    if (path == name && (flags & 0x10000) != 0) return "socket:[" + std::string(inode) + "]"; // it listens
  }
  return {};
}

bool has_open(pid_t pid, const std::string& target) {
  const std::vector<std::string> files = open_files(pid);
  return std::find(files.begin(), files.end(), target) != files.end();
}

} // namespace

TEST_CASE("The default control socket is root's alone, and no other process of httpd holds it") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  HttpdOptions options;
  options.mpm = mpm;
  TunnelSite site(options);
  const Rtmptctl ctl(site.httpd());
  REQUIRE(works(ctl));
  CHECK(mode_of(ctl.socket()) == 0600);
  CHECK(file_at(ctl.socket()).st_uid == geteuid());
  const auto result = ctl.run({"sessions"}, kAsNobody);
  CHECK(result.exit_code == 3);
  CHECK(result.output.find("Permission denied") != std::string::npos);
  const std::string socket = listening_socket(ctl.socket());
  REQUIRE_FALSE(socket.empty());
  CHECK(has_open(site.httpd().parent_pid(), socket));
  CHECK(has_open(site.httpd().gateway_pid(), socket));
  std::size_t children = 0;
  for (const pid_t child : children_of(site.httpd().parent_pid())) {
    if (child == site.httpd().gateway_pid()) continue;
    ++children;
    CHECK(happens([&] { return !has_open(child, socket); }));
  }
  CHECK(children >= 2);
}

TEST_CASE("RTMPTControlSocket says where it is and who may use it") {
  TunnelSite site(with("RTMPTControlSocket @ROOT@/own.sock user=www-data group=daemon"));
  const Rtmptctl ctl(site.httpd().root() / "own.sock");
  REQUIRE(works(ctl));
  CHECK(mode_of(ctl.socket()) == 0660);
  CHECK(ctl.run({"sessions"}, kAsNobody).exit_code == 3);
  CHECK(ctl.run({"sessions"}, kAsDaemonGroup).exit_code == 0);
  CHECK(no_contact(Rtmptctl(site.httpd())));
  site.httpd().configure([&] {
    auto options = with("RTMPTControlSocket @ROOT@/own.sock user=www-data group=daemon mode=0600");
    options.site = "RTMPTProxyPass " + site.backend().url() + "\n";
    return options;
  }());
  site.httpd().graceful();
  CHECK(mode_of(ctl.socket()) == 0600);
  CHECK(works(ctl));
  CHECK(ctl.run({"sessions"}, kAsDaemonGroup).exit_code == 3);
}

TEST_CASE("A path without a slash is in httpd's runtime directory, and off means none") {
  auto site = std::make_unique<TunnelSite>(with("RTMPTControlSocket my.sock"));
  CHECK(works(Rtmptctl(site->httpd().root() / "logs/my.sock")));
  CHECK_FALSE(fs::exists(Rtmptctl(site->httpd()).socket()));
  site.reset();
  TunnelSite none(with("RTMPTControlSocket off"));
  const Rtmptctl ctl(none.httpd());
  CHECK_FALSE(fs::exists(ctl.socket()));
  const auto result = ctl.run({"status"});
  CHECK(result.exit_code == 3);
  CHECK(result.output.find("No such file") != std::string::npos);
}

TEST_CASE("graceful and restart keep the socket; a new path moves it, and stop removes it") {
  TunnelSite site(with("RTMPTSessionTimeout 120s")); // reloads may take a while
  const Rtmptctl ctl(site.httpd());
  auto session = site.session(handed_over());
  carry_both_ways(session, 5'000, 1); // a session without a request would end sooner
  const auto before = file_at(ctl.socket());
  for (int i = 0; i < 2; ++i) {
    site.httpd().graceful();
    CHECK(works(ctl));
    site.httpd().restart();
    CHECK(works(ctl));
  }
  CHECK(file_at(ctl.socket()).st_ino == before.st_ino);
  CHECK(ctl.rows("sessions").size() == 1);

  fs::remove(ctl.socket()); // somebody tidied up
  site.httpd().graceful();
  CHECK(ctl.rows("sessions").size() == 1);

  auto options = with("RTMPTControlSocket @ROOT@/new.sock\nRTMPTSessionTimeout 120s");
  options.site = "RTMPTProxyPass " + site.backend().url() + "\n";
  site.httpd().configure(options);
  site.httpd().graceful();
  const Rtmptctl moved(site.httpd().root() / "new.sock");
  CHECK(moved.rows("sessions").size() == 1);
  CHECK_FALSE(fs::exists(ctl.socket()));
  CHECK_NOTHROW(carry_both_ways(session, 5'000, 1));
  site.httpd().stop();
  CHECK_FALSE(fs::exists(moved.socket()));
}

TEST_CASE("A gateway that follows one that was killed serves the same socket") {
  TunnelSite site;
  site.httpd().error_log().expect("RTMPT082");
  const Rtmptctl ctl(site.httpd());
  auto lost = site.session(handed_over());
  REQUIRE(ctl.run({"drain", site.backend().url()}).exit_code == 0);
  const auto before = file_at(ctl.socket());
  REQUIRE(kill(site.httpd().gateway_pid(), SIGKILL) == 0);
  CHECK(ctl.rows("sessions").empty()); // asked while there may be none: it waits
  CHECK(file_at(ctl.socket()).st_ino == before.st_ino);
  CHECK(ctl.rows("backends").front().at("DRAINED") == "no"); // what was drained is forgotten
  CHECK_NOTHROW(site.session(handed_over()));
  CHECK(ctl.rows("sessions").size() == 1);
}

TEST_CASE("An old socket is replaced, and another file in its place is left alone") {
  const bool configured = GENERATE(true, false);
  CAPTURE(configured);
  ScriptedBackend backend;
  HttpdOptions options;
  if (configured) options.global = "RTMPTControlSocket rtmpt-control.sock\n";
  options.site = "RTMPTProxyPass " + backend.url() + "\n";
  HttpdFixture httpd(options);
  const Rtmptctl ctl(httpd);
  SECTION("an old socket") {
    leave_socket(ctl.socket());
    const auto before = file_at(ctl.socket());
    httpd.start();
    CHECK(works(ctl));
    const bool replaced = file_at(ctl.socket()).st_ino != before.st_ino || mode_of(ctl.socket()) == 0600;
    CHECK(replaced);
  }
  SECTION("a file") {
    write_file(ctl.socket(), "precious");
    if (configured) {
      CHECK_THROWS_WITH(httpd.start(), Catch::Contains("RTMPT162") && Catch::Contains(ctl.socket().string()) &&
                                           Catch::Contains("another file is there"));
      CHECK(httpd.gateway_pids().empty());
    } else {
      httpd.error_log().expect("RTMPT151.*" + ctl.socket().string() + ".*another file is there");
      httpd.start();
      TunnelClient client(httpd.plain());
      CHECK_NOTHROW(client.open()); // streams do without
    }
    CHECK(read_file(ctl.socket()) == "precious");
  }
}

TEST_CASE("A running httpd goes on when its new control socket cannot be made") {
  TunnelSite site;
  auto session = site.session(handed_over());
  auto options = with("RTMPTControlSocket @ROOT@/no/such.sock");
  options.site = "RTMPTProxyPass " + site.backend().url() + "\n";
  site.httpd().configure(options);
  site.httpd().error_log().expect("rtmpt_proxy:error.*RTMPT151.*no/such.sock.*No such file or directory");
  CHECK_THROWS_WITH(site.httpd().graceful(), Catch::Contains("RTMPT162")); // nothing has happened
  kill(site.httpd().parent_pid(), SIGUSR1);                                // what nobody has tested before
  site.httpd().error_log().wait_for("AH00489", 2);
  CHECK_NOTHROW(carry_both_ways(session, 5'000, 1));
  CHECK(no_contact(Rtmptctl(site.httpd())));
  CHECK_NOTHROW(site.session(handed_over()));
  options.global.clear();
  site.httpd().configure(options); // httpd's own commands, stop as well, need a good one
}

TEST_CASE("An httpd that is not root's has a control socket of its own user") {
  HttpdOptions options;
  options.run_as = "www-data";
  TunnelSite site(options);
  auto session = site.session(handed_over());
  carry_both_ways(session, 5'000, 1);
  const Rtmptctl ctl(site.httpd());
  CHECK(user_of(site.httpd().parent_pid()) != 0);
  CHECK(file_at(ctl.socket()).st_uid == user_of(site.httpd().parent_pid()));
  CHECK(mode_of(ctl.socket()) == 0600);
  CHECK(ctl.rows("sessions").size() == 1);
  CHECK(ctl.run({"sessions"}, {"setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups"}).exit_code == 0);
  CHECK(ctl.run({"sessions"}, kAsNobody).exit_code == 3);
  site.httpd().graceful();
  CHECK(ctl.rows("sessions").size() == 1);
}

TEST_CASE("A wrong RTMPTControlSocket fails the configuration test, quoting what is wrong") {
  struct Case {
    std::string words;
    std::string quoted;
    std::string expected;
  };
  const auto one = GENERATE(values<Case>({
      {"off mode=0600", "mode=0600", "nothing after off"},
      {"x.sock user=nosuchuser", "user=nosuchuser", "the name of a user"},
      {"x.sock group=", "group=", "the name of a group"},
      {"x.sock mode=0666", "mode=0666", "0600 to 0770"},
      {"x.sock mode=0400", "mode=0400", "0600 to 0770"},
      {"x.sock mode=u+rw", "mode=u+rw", "0600 to 0770"},
      {"x.sock mode=", "mode=", "0600 to 0770"},
      {"x.sock colour=red", "colour=red", "user=NAME, group=NAME or mode=OCTAL"},
      {"\"\"", "''", "the path of a socket"},
      {std::string(120, 'x'), std::string(120, 'x'), "at most 107 bytes"},
  }));
  CAPTURE(one.words);
  const auto result = HttpdFixture(with("RTMPTControlSocket " + one.words)).configtest();
  CAPTURE(result.output);
  CHECK(result.exit_code != 0);
  CHECK(result.output.find("RTMPT150") != std::string::npos);
  CHECK(result.output.find(one.quoted) != std::string::npos);
  CHECK(result.output.find(one.expected) != std::string::npos);
}

TEST_CASE("RTMPTControlSocket belongs to the server as a whole") {
  HttpdOptions options;
  options.site = "RTMPTControlSocket x.sock\n";
  const auto result = HttpdFixture(options).configtest();
  CHECK(result.exit_code != 0);
  CHECK(result.output.find("RTMPTControlSocket cannot occur within <VirtualHost") != std::string::npos);
}
