// SPDX-License-Identifier: Apache-2.0
// Session logs to a syslog daemon that is the test's.
#include "local/local_address.hpp"
#include "session_log_rig.hpp"

#include <array>
#include <regex>

#include <poll.h>
#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;

namespace {

// A syslog daemon that keeps what it gets.
class FakeSyslog {
 public:
  explicit FakeSyslog(const std::filesystem::path& path)
      : path_(path), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    REQUIRE(local::LocalAddress::of_path(path.native()).value().bind(socket_.get()) == 0);
  }
  ~FakeSyslog() { std::filesystem::remove(path_); }
  FakeSyslog(const FakeSyslog&) = delete;
  FakeSyslog& operator=(const FakeSyslog&) = delete;

  std::string next() const {
    pollfd ready{socket_.get(), POLLIN, 0};
    if (::poll(&ready, 1, 5000) != 1) return "nothing came";
    std::array<char, 8192> bytes;
    const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    return {bytes.data(), static_cast<std::size_t>(count)};
  }

 private:
  std::filesystem::path path_;
  local::Descriptor socket_;
};

} // namespace

TEST_CASE("A syslog daemon gets datagrams as syslog(3) makes them", "[session log]") {
  const TempFolder folder;
  const FakeSyslog daemon(folder.path() / "log");
  Rig rig(folder.path() / "log");
  use(rig, target("syslog:local1:rtmpt", SessionLogKind::syslog, "%v %{end}r"), {});
  rig.logs.named("syslog:local1:rtmpt")->write(record("live.example.com"));
  const std::string got = daemon.next();
  CAPTURE(got);
  // local1 (17) * 8 + info (6)
  CHECK(std::regex_match(got, std::regex(R"(<142>(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 1-3]\d )"
                                         R"(\d\d:\d\d:\d\d rtmpt\[)" +
                                         std::to_string(::getpid()) + R"(\]: live\.example\.com close)")));
  CHECK(rig.logs.lost_lines() == 0);
}

TEST_CASE("A syslog daemon that was started again gets the next line; without one lines are lost", "[session log]") {
  const TempFolder folder;
  const auto path = folder.path() / "log";
  Rig rig(path);
  use(rig, target("s", SessionLogKind::syslog), {});
  const auto log = rig.logs.named("s");
  log->write(record("nobody is there"));
  CHECK(rig.logs.lost_lines() == 1);
  CHECK(rig.said("RTMPT341: session log s loses lines: No such file or directory (" + path.string() + ")") == 1);
  {
    const FakeSyslog daemon(path);
    log->write(record("first"));
    CHECK(daemon.next().ends_with("first"));
  }
  {
    const FakeSyslog daemon(path);
    log->write(record("second")); // the socket of the first is still the log's
    CHECK(daemon.next().ends_with("second"));
  }
  log->write(record("gone again"));
  CHECK(rig.logs.lost_lines() == 2);
}

TEST_CASE("A syslog daemon that does not keep up loses lines, and nobody waits for it", "[session log]") {
  const TempFolder folder;
  const FakeSyslog daemon(folder.path() / "log");
  Rig rig(folder.path() / "log");
  use(rig, target("s", SessionLogKind::syslog), {});
  const auto log = rig.logs.named("s");
  for (int i = 0; i < 5000 && rig.logs.lost_lines() == 0; ++i)
    log->write(record("many"));
  CHECK(rig.logs.lost_lines() == 1);
  CHECK(rig.said("the syslog daemon does not keep up") == 1);
  CHECK(daemon.next().ends_with("many"));
}
