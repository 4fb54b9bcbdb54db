// SPDX-License-Identifier: Apache-2.0
// What an administrator gets wrong about places is said by `httpd -t`, before a start or reload finds out: files,
// directories and programs that this machine does not have, or not for whom they are.
#include "support/clients/http_connection.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tried_site.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>

#include <unistd.h>

using namespace rtmpt_proxy::test;

namespace {

constexpr const char* kPass = "RTMPTProxyPass rtmp://127.0.0.1\n";
constexpr auto good = Verdict::good;
constexpr auto warned = Verdict::warned;
constexpr auto refused = Verdict::refused;

} // namespace

TEST_CASE("The place of a session log is looked at") {
  const std::string pass = kPass;
  judge({
      {"a file", good, "RTMPT160", {}, "", pass + "RTMPTSessionLog logs/streams.log\n"},
      {"a file elsewhere", good, "RTMPT160", {}, "", pass + "RTMPTSessionLog @ROOT@/htdocs/streams.log\n"},
      {"no directory",
       refused,
       "RTMPT160",
       {"virtual host localhost", "httpd.conf:", "'/nowhere/streams.log'", "'/nowhere'", "expected"},
       "",
       pass + "RTMPTSessionLog /nowhere/streams.log\n"},
      {"no directory, relative",
       refused,
       "RTMPT160",
       {"/nowhere/yet.log'"},
       "",
       pass + "RTMPTSessionLog nowhere/yet.log\n"},
      {"in the main server", refused, "RTMPT160", {"the main server"}, "RTMPTSessionLog /nowhere/streams.log\n", pass},
      {"a directory", refused, "RTMPT160", {"/logs'", "directory"}, "", pass + "RTMPTSessionLog logs\n"},
      {"below a file",
       refused,
       "RTMPT160",
       {"index.html'", "directory"},
       "",
       pass + "RTMPTSessionLog htdocs/index.html/x\n"},
      {"one that was overruled", good, "RTMPT160", {}, "", pass + "RTMPTSessionLog /nowhere/x\nRTMPTSessionLog off\n"},
      {"a program", good, "RTMPT161", {}, "", pass + "RTMPTSessionLog \"|/bin/cat -u\"\n"},
      {"a program for a shell", good, "RTMPT161", {}, "", pass + "RTMPTSessionLog \"|$exec nothing\"\n"},
      {"no program",
       refused,
       "RTMPT161",
       {"'/no/program'", "expected"},
       "",
       pass + "RTMPTSessionLog \"|/no/program -x\"\n"},
      {"no program, ||", refused, "RTMPT161", {"'/no/program'"}, "", pass + "RTMPTSessionLog \"||/no/program -x\"\n"},
      {"not executable", refused, "RTMPT161", {"'/etc/passwd'"}, "", pass + "RTMPTSessionLog \"|/etc/passwd\"\n"},
      {"a bare name",
       refused,
       "RTMPT161",
       {"'rotatelogs'", "path"},
       "",
       pass + "RTMPTSessionLog \"|rotatelogs x 86400\"\n"},
  });
}

TEST_CASE("The place of the control socket is looked at") {
  const std::string pass = kPass;
  judge({
      {"off", good, "RTMPT162", {}, "RTMPTControlSocket off\n", pass},
      {"a place", good, "RTMPT162", {}, "RTMPTControlSocket @ROOT@/logs/control.sock\n", pass},
      {"no directory",
       refused,
       "RTMPT162",
       {"RTMPTControlSocket", "'/nowhere/control.sock'", "'/nowhere'", "expected"},
       "RTMPTControlSocket /nowhere/control.sock\n",
       pass},
      {"a directory", refused, "RTMPT162", {"/htdocs'", "socket"}, "RTMPTControlSocket @ROOT@/htdocs\n", pass},
      {"a file", refused, "RTMPT162", {"index.html'", "socket"}, "RTMPTControlSocket @ROOT@/htdocs/index.html\n", pass},
      {"without streams there is none", good, "RTMPT162", {}, "RTMPTControlSocket /nowhere/control.sock\n", ""},
  });
}

TEST_CASE("A graceful whose session log has no place is refused, and httpd goes on") {
  HttpdOptions options;
  options.plain_site = kPass;
  HttpdFixture httpd(options);
  httpd.start();
  const auto parent = httpd.parent_pid();
  for (const std::string line : {"RTMPTSessionLog /nowhere/streams.log\n", "RTMPTSessionLog \"|/no/program\"\n"}) {
    CAPTURE(line);
    options.plain_site = kPass + line;
    httpd.configure(options);
    CHECK_THROWS_WITH(httpd.graceful(), Catch::Contains("RTMPT16"));
    CHECK(fetch(httpd.plain(), "/").body == kPageText);
  }
  CHECK(httpd.parent_pid() == parent);
  options.plain_site = kPass;
  httpd.configure(options); // httpd's own commands, stop as well, need a good one
}

TEST_CASE("A session log that is lost at a signal to reload leaves httpd and its streams alone") {
  HttpdOptions options;
  options.plain_site = std::string(kPass) + "RTMPTSessionLog logs/streams/sessions.log\n";
  HttpdFixture httpd(options);
  std::filesystem::create_directory(httpd.root() / "logs/streams");
  httpd.start();
  const auto gateway = httpd.gateway_pid();
  std::filesystem::remove_all(httpd.root() / "logs/streams");
  httpd.error_log().expect("RTMPT123.*streams/sessions.log");
  kill(httpd.parent_pid(), SIGUSR1); // as `httpd -k graceful` would, which finds out before
  httpd.error_log().wait_for("AH00489", 2);
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  CHECK(httpd.gateway_pid() == gateway);
  std::filesystem::create_directory(httpd.root() / "logs/streams");
  httpd.graceful();
  CHECK(std::filesystem::exists(httpd.root() / "logs/streams/sessions.log"));
}

TEST_CASE("The gateway's program must be one that its user can execute, and pages do not depend on it") {
  const std::string pass = kPass;
  const std::string mine = "RTMPTGateway @ROOT@/";
  const auto judge_file = [&](const std::string& name, std::filesystem::perms rights, const std::string& line,
                              const std::string& site, Verdict verdict, const std::vector<std::string>& words) {
    CAPTURE(name, line);
    HttpdOptions options;
    options.global = line;
    options.plain_site = site;
    HttpdFixture httpd(options);
    if (!name.empty()) {
      write_file(httpd.root() / name, "#!/bin/sh\n");
      std::filesystem::permissions(httpd.root() / name, rights);
    }
    const auto result = httpd.configtest();
    CAPTURE(result.output);
    CHECK((result.exit_code == 0) == (verdict != refused));
    CHECK((result.output.find("RTMPT163:") == std::string::npos) == (verdict == good));
    for (const auto& word : words)
      CHECK(result.output.find(word) != std::string::npos);
  };
  using std::filesystem::perms;
  const perms all = perms::owner_all | perms::group_exec | perms::others_exec;
  judge_file("", {}, "", pass, good, {});
  judge_file("program", all, mine + "program\n", pass, good, {});
  judge_file("", {}, mine + "none\n", pass, refused, {"/none'", "No such file", "expected an executable file"});
  judge_file("", {}, mine + "none\n", "", good, {}); // nobody starts it
  judge_file("", {}, mine + "htdocs\n", pass, refused, {"/htdocs'", "expected an executable one"});
  judge_file("program", perms::owner_read, mine + "program\n", pass, refused, {"/program'", "Permission denied"});
  if (::geteuid() == 0)
    judge_file("program", perms::owner_all, mine + "program\n", pass, refused, {"/program'", "user 'www-data'"});
}
