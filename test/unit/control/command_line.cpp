// SPDX-License-Identifier: Apache-2.0
// The command line of rtmptctl.
#include "control/command_line.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::control;
using protocol::AskStatus;
using protocol::BackendKind;
using protocol::DrainBackend;
using protocol::EndSession;
using protocol::GatewayMessage;
using namespace std::chrono_literals;

namespace {

CommandLine read(std::vector<const char*> words) {
  words.insert(words.begin(), "rtmptctl");
  return read_command_line(static_cast<int>(words.size()), words.data(), "1.2.3");
}

} // namespace

TEST_CASE("Each command is one message, and its options may stand before or behind it", "[rtmptctl]") {
  struct Case {
    std::vector<const char*> words;
    GatewayMessage message;
    View view;
    bool json;
  };
  const Case cases[] = {
      {{"status"}, AskStatus{}, View::status, false},
      {{"sessions"}, AskStatus{}, View::sessions, false},
      {{"backends"}, AskStatus{}, View::backends, false},
      {{"-j", "sessions"}, AskStatus{}, View::sessions, true},
      {{"sessions", "-j"}, AskStatus{}, View::sessions, true},
      {{"backends", "--json"}, AskStatus{}, View::backends, true},
      {{"end", "k3v9q2m8xa"}, EndSession{protocol::SessionName("k3v9q2m8xa")}, View::none, false},
      {{"bans"}, AskStatus{}, View::bans, false},
      {{"pulls"}, AskStatus{}, View::pulls, false},
      {{"-j", "bans"}, AskStatus{}, View::bans, true},
      {{"end", "--ban", "10m", "a"}, EndSession{protocol::SessionName("a"), 10min}, View::none, false},
      {{"end", "a", "--ban", "90s"}, EndSession{protocol::SessionName("a"), 90s}, View::none, false},
      {{"end", "a", "--ban=168h"}, EndSession{protocol::SessionName("a"), 168h}, View::none, false},
      {{"end", "a", "--ban", "500ms"}, EndSession{protocol::SessionName("a"), 500ms}, View::none, false},
      {{"unban", "7"}, protocol::LiftBan{7}, View::none, false},
      {{"unban", "all"}, protocol::LiftBan{0}, View::none, false},
      {{"drain", "rtmp://Media"}, DrainBackend{{BackendKind::rtmp, "media", 1935}, true}, View::none, false},
      {{"drain", "rtmpt://10.0.0.1"}, DrainBackend{{BackendKind::rtmpt, "10.0.0.1", 80}, true}, View::none, false},
      {{"enable", "rtmp://[::1]:1936"}, DrainBackend{{BackendKind::rtmp, "::1", 1936}, false}, View::none, false},
      {{"-j", "enable", "rtmp://m:2/"}, DrainBackend{{BackendKind::rtmp, "m", 2}, false}, View::none, true},
  };
  for (const Case& one : cases) {
    CAPTURE(one.words);
    const CommandLine line = read(one.words);
    CHECK_FALSE(line.finished);
    CHECK(line.order.message == one.message);
    CHECK(line.order.view == one.view);
    CHECK(line.order.json == one.json);
    CHECK(line.order.socket == RTMPT_DEFAULT_CONTROL_SOCKET);
    CHECK(line.order.patience == 15s);
  }
}

TEST_CASE("Socket and patience are as they are given", "[rtmptctl]") {
  const CommandLine line = read({"-s", "/run/x.sock", "status", "-t", "3"});
  REQUIRE_FALSE(line.finished);
  CHECK(line.order.socket == "/run/x.sock");
  CHECK(line.order.patience == 3s);
}

TEST_CASE("A wrong command line says what is wrong on standard error, and ends with 2", "[rtmptctl]") {
  struct Case {
    std::vector<const char*> words;
    const char* part;
  };
  const std::string long_name(129, 'n');
  const Case cases[] = {
      {{}, "One of status, sessions"},
      {{"list"}, "list"},
      {{"end"}, "SESSION"},
      {{"end", ""}, "expected the name of a session"},
      {{"end", long_name.c_str()}, "expected the name of a session"},
      {{"end", "a", "b"}, "b"},
      {{"end", "a", "--ban"}, "--ban"},
      {{"end", "a", "--ban", "0"}, "expected a time"},
      {{"end", "a", "--ban", "169h"}, "expected a time"},
      {{"end", "a", "--ban", "soon"}, "expected a time"},
      {{"end", "a", "--ban", "-5m"}, "expected a time"},
      {{"unban"}, "NUMBER"},
      {{"unban", "0"}, "expected a number"},
      {{"unban", "-1"}, "expected a number"},
      {{"unban", "1x"}, "expected a number"},
      {{"unban", "4294967296"}, "expected a number"},
      {{"drain"}, "URL"},
      {{"drain", "http://m"}, "http://m"},
      {{"drain", "rtmp://m/live"}, "rtmp://m/..."},
      {{"drain", "rtmp://m:0"}, "rtmp://m:0"},
      {{"enable", "m:1935"}, "m:1935"},
      {{"status", "-t", "0"}, "0"},
      {{"status", "-t", "1x"}, "1x"},
      {{"status", "--bogus"}, "--bogus"},
      {{"sessions", "backends"}, "backends"},
      {{"-s"}, "-s"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.words);
    const CommandLine line = read(one.words);
    CHECK(line.finished);
    CHECK(line.status == ExitStatus::usage);
    CHECK(line.output.empty());
    CHECK_THAT(line.error, Catch::Contains(one.part));
  }
}

TEST_CASE("Help and version go to standard output and end with 0", "[rtmptctl]") {
  const CommandLine help = read({"--help"});
  CHECK(help.finished);
  CHECK(help.status == ExitStatus::done);
  for (const char* const word : {"status", "sessions", "backends", "end", "drain", "enable", "Exit status", "--socket",
                                 "--json", "--timeout", RTMPT_DEFAULT_CONTROL_SOCKET})
    CHECK_THAT(help.output, Catch::Contains(word));
  CHECK_THAT(read({"drain", "--help"}).output, Catch::Contains("rtmp://host[:port]"));
  const CommandLine version = read({"--version"});
  CHECK(version.finished);
  CHECK(version.status == ExitStatus::done);
  CHECK(version.output == "rtmptctl 1.2.3\n");
}

TEST_CASE("A probe has a URL, and does not ask the gateway", "[rtmptctl]") {
  const CommandLine line = read({"probe", "--insecure", "rtmpts://Host/live", "-t", "7", "-j"});
  REQUIRE_FALSE(line.finished);
  REQUIRE(line.order.probe);
  CHECK(line.order.json);
  CHECK(line.order.probe->url.host == "host");
  CHECK(line.order.probe->url.app == "live");
  CHECK(line.order.probe->insecure);
  CHECK(line.order.probe->patience == 7s);
  const CommandLine before = read({"-t", "7", "probe", "rtmpt://h"});
  REQUIRE(before.order.probe);
  CHECK(before.order.probe->patience == 7s);
  CHECK_FALSE(before.order.probe->insecure);
  for (const std::vector<const char*>& words : std::vector<std::vector<const char*>>{
           {"probe"}, {"probe", "rtmp://h"}, {"probe", "rtmpt://h", "rtmpt://i"}, {"status", "--insecure"}}) {
    CAPTURE(words);
    CHECK(read(words).status == ExitStatus::usage);
  }
}

TEST_CASE("The live view has an interval and an order", "[rtmptctl]") {
  const CommandLine line = read({"top"});
  REQUIRE_FALSE(line.finished);
  REQUIRE(line.order.live);
  CHECK(line.order.message == GatewayMessage(AskStatus{}));
  CHECK(line.order.live->interval == 1s);
  CHECK(line.order.live->sort == Sort::rate);
  CHECK_FALSE(line.order.live->once);
  const CommandLine other = read({"top", "-i", "5", "--sort", "client", "--once"});
  REQUIRE(other.order.live);
  CHECK(other.order.live->interval == 5s);
  CHECK(other.order.live->sort == Sort::client);
  CHECK(other.order.live->once);
  for (const std::vector<const char*>& words :
       std::vector<std::vector<const char*>>{{"top", "-i", "0"}, {"top", "--sort", "name"}, {"top", "more"}}) {
    CAPTURE(words);
    CHECK(read(words).status == ExitStatus::usage);
  }
}
