// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/logs/session_log_setting.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::protocol::SessionLogKind;

namespace {

SessionLogSetting good(const std::string& text) {
  CAPTURE(text);
  const SessionLogSettingResult result = parse_session_log_destination(text);
  CHECK(result.error == "");
  return result.setting;
}

std::string name_of(const std::string& text) {
  return session_log_name(good(text), false);
}

} // namespace

TEST_CASE("A session log goes to a file, a program or syslog", "[session log]") {
  struct Case {
    std::string text;
    SessionLogSetting expected;
  };
  const std::vector<Case> cases = {
      {"off", {}},
      {"Off", {}},
      {"logs/streams.log", {true, SessionLogKind::file, "logs/streams.log", 0, "", ""}},
      {"/var/log/with blank", {true, SessionLogKind::file, "/var/log/with blank", 0, "", ""}},
      {"offline.log", {true, SessionLogKind::file, "offline.log", 0, "", ""}},
      {"syslog.log", {true, SessionLogKind::file, "syslog.log", 0, "", ""}},
      {"|/usr/bin/rotatelogs f 86400", {true, SessionLogKind::pipe, "/usr/bin/rotatelogs f 86400", 0, "", ""}},
      {"||/bin/cat", {true, SessionLogKind::pipe, "|/bin/cat", 0, "", ""}},
      {"|$cat >>f", {true, SessionLogKind::pipe, "$cat >>f", 0, "", ""}},
      {"syslog:local1", {true, SessionLogKind::syslog, "", 17, "rtmpt", ""}},
      {"syslog:LOCAL7:live.example-1_a", {true, SessionLogKind::syslog, "", 23, "live.example-1_a", ""}},
      {"SYSLOG:user", {true, SessionLogKind::syslog, "", 1, "rtmpt", ""}},
      {"syslog:authpriv:x", {true, SessionLogKind::syslog, "", 10, "x", ""}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(good(one.text) == one.expected);
  }
}

TEST_CASE("What is no session log is quoted, with what was expected", "[session log]") {
  struct Case {
    std::string text;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {"", "a file"},
      {"  ", "a file"},
      {"|", "program"},
      {"|| ", "program"},
      {"|$", "program"},
      {"syslog", "local0 to local7"},
      {"syslog:", "local0 to local7"},
      {"syslog:local8", "local0 to local7"},
      {"syslog:kern", "local0 to local7"},
      {"syslog:17", "local0 to local7"},
      {"syslog:local1:", "1 to 32"},
      {"syslog:local1:a b", "1 to 32"},
      {"syslog:local1:a:b", "1 to 32"},
      {"syslog:local1:a[1]", "1 to 32"},
      {"syslog:local1:" + std::string(33, 't'), "1 to 32"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    const SessionLogSettingResult result = parse_session_log_destination(one.text);
    CAPTURE(result.error);
    CHECK(result.error.find("expected") != std::string::npos);
    CHECK(result.error.find(one.expected) != std::string::npos);
    CHECK(result.error.find(one.text.substr(0, 20)) != std::string::npos);
    CHECK_FALSE(result.setting.on);
  }
}

TEST_CASE("The name of a session log tells it from others, and no secret", "[session log]") {
  CHECK(name_of("/var/log/streams") == "/var/log/streams");
  CHECK(name_of("syslog:local1") == "syslog:local1:rtmpt");
  CHECK(name_of("syslog:local1:x") == "syslog:local1:x");
  const std::string name = name_of("|/usr/bin/send --key=secret");
  CHECK(name.starts_with("|/usr/bin/send #"));
  CHECK(name.find("secret") == std::string::npos);
  CHECK(name == name_of("|/usr/bin/send --key=secret"));
  CHECK(name != name_of("|/usr/bin/send --key=other"));
  CHECK(name_of("|$KEY=secret send").find("secret") == std::string::npos);
  SessionLogSetting setting = good("/var/log/streams");
  setting.format = "%v";
  const std::string other = session_log_name(setting, true);
  CHECK(other.starts_with("/var/log/streams (format #"));
  setting.format = "%a";
  CHECK(session_log_name(setting, true) != other);
}
