// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/logs/session_log_format.hpp>

#include <catch2/catch.hpp>

#include <ctime>
#include <set>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::policy;
using namespace std::string_literals;
using std::chrono::microseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr seconds kTokyo{9 * 3600};

// 2009-03-07 16:05:09.000123 UTC, which is a Sunday in Japan.
system_clock::time_point start() {
  return system_clock::time_point(seconds{1236441909} + microseconds{123});
}

SessionLogRecord record() {
  SessionLogRecord record;
  record.session_name = protocol::SessionName("4kq0w7x2m9tz");
  record.server_name = "rtmpt.katsuma.tv";
  record.client_address = "192.0.2.1";
  record.backend_url = "rtmp://media:1935";
  record.stream.state = protocol::InspectionState::known;
  record.stream.kind = protocol::StreamKind::publish;
  record.stream.app = "live";
  record.stream.stream_name = "camera";
  record.stream.flash_version = "FMLE/3.0";
  record.start = start();
  record.duration = microseconds{61'002'345};
  record.ways.handed_over = true;
  record.requests = 1234;
  record.bytes_received = 7'000'000;
  record.bytes_sent = 3'500;
  return record;
}

std::string rendered(const std::string& format, const SessionLogRecord& record, seconds utc_offset = kTokyo) {
  const SessionLogFormatResult result = parse_session_log_format(format);
  for (const std::string& error : result.errors)
    UNSCOPED_INFO(error);
  REQUIRE(result.errors.empty());
  return result.format.render(record, utc_offset);
}

struct Row {
  std::string format;
  std::string line;
};

SessionLogRecord hostile() {
  SessionLogRecord hostile = record();
  hostile.user = "a\"b\\c\nd";
  hostile.server_name = "h\r\nost";
  hostile.client_address = "\x1b[2J";
  hostile.backend_url = "rtmp://user:pass/w\"ord@media:1935/live?key=secret";
  hostile.stream.app = "<script>alert(1)</script>";
  hostile.stream.stream_name = "\" 200 0 \xff\x01 %s %n";
  hostile.stream.flash_version = "\xe2\x80\xae x";
  hostile.session_name = protocol::SessionName("i\td");
  hostile.end_detail = "no\nroute";
  return hostile;
}

// A record with every text as long as it may be, and each byte of them as long as an escape can be.
SessionLogRecord longest() {
  const std::string bytes(255, '\x01');
  SessionLogRecord longest = record();
  for (std::string* text :
       {&longest.server_name, &longest.client_address, &longest.user, &longest.backend_url, &longest.stream.app,
        &longest.stream.stream_name, &longest.stream.flash_version, &longest.end_detail})
    *text = bytes;
  longest.session_name = protocol::SessionName(bytes);
  longest.ways = {true, true, true};
  longest.requests = longest.bytes_received = ~0ull;
  longest.duration = microseconds::max();
  longest.start = system_clock::time_point(seconds{4'000'000'000});
  return longest;
}

} // namespace

TEST_CASE("The nicknames of the session log look like httpd's", "[session_log_format]") {
  CHECK(
      rendered("common", record()) ==
      "192.0.2.1 - - [08/Mar/2009:01:05:09 +0900] \"PUBLISH rtmpt://rtmpt.katsuma.tv/live/camera RTMPT\" 200 7003500");
  CHECK(rendered("combined", record()) ==
        "192.0.2.1 - - [08/Mar/2009:01:05:09 +0900] \"PUBLISH rtmpt://rtmpt.katsuma.tv/live/camera RTMPT\" 200 7003500 "
        "\"rtmp://media:1935\" \"FMLE/3.0\" 61002345 7000000 3500 1234 handed-over close 4kq0w7x2m9tz");
  CHECK(rendered(std::string(kCommonSessionLog), record()) == rendered("common", record()));
  CHECK(rendered(std::string(kCombinedSessionLog), record()) == rendered("combined", record()));
}

TEST_CASE("Pound's log levels have their formats", "[session_log_format]") { // those of docs/logs.md
  const std::string request = "PUBLISH rtmpt://rtmpt.katsuma.tv/live/camera RTMPT";
  const std::string combined =
      "192.0.2.1 - - [08/Mar/2009:01:05:09 +0900] \"" + request + "\" 200 7003500 \"-\" \"FMLE/3.0\"";
  const std::string backend = " (rtmpt.katsuma.tv -> rtmp://media:1935) 61002 ms";
  for (const auto& [format, line] : std::vector<Row>{
           {R"(%a %r - %>s)", "192.0.2.1 " + request + " - 200"},
           {R"(%a %r - %>s (%v -> %{backend}r) %{ms}T ms)", "192.0.2.1 " + request + " - 200" + backend},
           {R"(%v %a - %u %t "%r" %>s %S "-" "%{flashver}r")", "rtmpt.katsuma.tv " + combined},
           {R"(%a - %u %t "%r" %>s %S "-" "%{flashver}r")", combined},
           {R"(%v %a - %u %t "%r" %>s %S "-" "%{flashver}r" (%v -> %{backend}r) %{ms}T ms)",
            "rtmpt.katsuma.tv " + combined + backend},
       }) {
    INFO(format);
    CHECK(rendered(format, record()) == line);
  }
}

TEST_CASE("Each token of the session log has its value", "[session_log_format]") {
  SessionLogRecord full = record();
  full.user = "encoder";
  full.ways.forwarded = true;
  full.end_detail = "Connection reset by peer";
  full.client_leg = ClientLeg::rtmpts;
  full.tls = {"TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256"};
  full.end = SessionEndReason::backend_closed;
  for (const auto& [format, line] : std::vector<Row>{
           {"%%", "%"},
           {"%a", "192.0.2.1"},
           {"%h", "192.0.2.1"},
           {"%l", "-"},
           {"%u", "encoder"},
           {"%v", "rtmpt.katsuma.tv"},
           {"%t", "[08/Mar/2009:01:05:09 +0900]"},
           {"%{}t", "[08/Mar/2009:01:05:09 +0900]"},
           {"%{begin:}t", "[08/Mar/2009:01:05:09 +0900]"},
           {"%{end:}t", "[08/Mar/2009:01:06:10 +0900]"},
           {"%{%F %T}t", "2009-03-08 01:05:09"},
           {"%{begin:%F %T}t", "2009-03-08 01:05:09"},
           {"%{end:%F %T}t", "2009-03-08 01:06:10"},
           {"%{%a %A %b %B %d %e %j %u %y %Y %m}t", "Sun Sunday Mar March 08  8 067 7 09 2009 03"},
           {"%{%D %R %H %I %M %p %S %z %Z %%}t", "03/08/09 01:05 01 01 05 AM 09 +0900 +0900 %"},
           {"%{sec}t.%{msec_frac}t.%{usec_frac}t", "1236441909.000.000123"},
           {"%{msec}t %{usec}t", "1236441909000 1236441909000123"},
           {"%{end:sec}t %{end:msec_frac}t %{end:usec_frac}t", "1236441970 002 002468"},
           {"%D", "61002345"},
           {"%T", "61"},
           {"%{s}T %{ms}T %{us}T", "61 61002 61002345"},
           {"%r", "PUBLISH rtmpts://rtmpt.katsuma.tv/live/camera RTMPTS"},
           {"%m %U %H", "PUBLISH /live/camera RTMPTS"},
           {"%s %>s %<s", "200 200 200"},
           {"%I %O %S %B %b", "7000000 3500 7003500 3500 3500"},
           {"%{app}r %{stream}r %{kind}r", "live camera publish"},
           {"%{flashver}r %{inspection}r", "FMLE/3.0 known"},
           {"%{way}r %{leg}r", "handed-over+forwarded rtmpts"},
           {"%{tls_protocol}r %{tls_cipher}r", "TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256"},
           {"%{backend}r %{requests}r", "rtmp://media:1935 1234"},
           {"%{end}r: %{detail}r", "backend-closed: Connection reset by peer"},
           {"%{session}r", "4kq0w7x2m9tz"},
           {"a\\tb\\\\c\\\"d\"", "a\tb\\c\"d\""},
           {"\xc3\xa9 %a", "\xc3\xa9 192.0.2.1"},
           {"plain", "plain"},
           {"%a%a", "192.0.2.1192.0.2.1"},
       }) {
    INFO(format);
    CHECK(rendered(format, full) == line);
  }
}

TEST_CASE("A session of which little is known has dashes in its line", "[session_log_format]") {
  const SessionLogRecord empty;
  CHECK(rendered("common", empty, seconds{0}) == "- - - [01/Jan/1970:00:00:00 +0000] \"OPEN rtmpt:/// RTMPT\" 200 0");
  for (const char* token : {"%a", "%h", "%l", "%u", "%v", "%b", "%{app}r", "%{stream}r", "%{kind}r", "%{flashver}r",
                            "%{way}r", "%{backend}r", "%{detail}r", "%{session}r"}) {
    INFO(token);
    CHECK(rendered(token, empty) == "-");
  }
  SessionLogRecord encrypted = record();
  encrypted.stream = {};
  encrypted.stream.state = protocol::InspectionState::encrypted;
  CHECK(rendered("%r %{inspection}r", encrypted) == "OPEN rtmpt://rtmpt.katsuma.tv/ RTMPT encrypted");
  SessionLogRecord connected = record();
  connected.stream.kind = protocol::StreamKind::none;
  CHECK(rendered("%r", connected) == "OPEN rtmpt://rtmpt.katsuma.tv/live RTMPT");
  SessionLogRecord playing = record();
  playing.stream.kind = protocol::StreamKind::play;
  CHECK(rendered("%r", playing) == "PLAY rtmpt://rtmpt.katsuma.tv/live/camera RTMPT");
}

TEST_CASE("What the inspector has cut is marked in the session log", "[session_log_format]") {
  SessionLogRecord cut = record();
  cut.stream.is_app_cut = true;
  CHECK(rendered("%{app}r %{stream}r %{flashver}r %U", cut) == "live... camera FMLE/3.0 /live.../camera");
  cut.stream.is_stream_name_cut = true;
  cut.stream.is_flash_version_cut = true;
  CHECK(rendered("%{app}r %{stream}r %{flashver}r %U", cut) == "live... camera... FMLE/3.0... /live.../camera...");
}

TEST_CASE("Nothing from outside ends a field or a line of the session log", "[session_log_format]") {
  for (const auto& [format, line] : std::vector<Row>{
           {"%u", R"(a\"b\\c\nd)"},
           {"%v", R"(h\r\nost)"},
           {"%a", R"(\x1b[2J)"},
           {"%{backend}r", "rtmp://media:1935"},
           {"%{app}r", "<script>alert(1)</script>"},
           {"%{stream}r", R"(\" 200 0 \xff\x01 %s %n)"},
           {"%{flashver}r", R"(\xe2\x80\xae x)"},
           {"%{session}r", R"(i\td)"},
           {"%{detail}r", R"(no\nroute)"},
           {"%r",
            "PUBLISH rtmpt://h%0D%0Aost/%3Cscript%3Ealert(1)%3C/script%3E/%22%20200%200%20%FF%01%20%25s%20%25n RTMPT"},
       }) {
    INFO(format);
    CHECK(rendered(format, hostile()) == line);
  }
  for (const char* nickname : {"common", "combined"}) {
    const std::string line = rendered(nickname, hostile());
    CHECK(line.find("secret") == std::string::npos);
    CHECK(line.find("pass") == std::string::npos);
    CHECK(line.find_first_of("\r\n\x1b\x01") == std::string::npos);
  }
}

TEST_CASE("Only host and port of a backend are logged", "[session_log_format]") {
  for (const auto& [url, shown] : std::vector<Row>{
           {"rtmp://media", "rtmp://media"},
           {"rtmpt://[::1]:80", "rtmpt://[::1]:80"},
           {"rtmp://user@media:1", "rtmp://media:1"},
           {"rtmp://user:p@ss@media:1/", "rtmp://media:1"},
           {"rtmp://user:p/ss@media:1/app", "rtmp://media:1"},
           {"rtmp://media/app?key=secret", "rtmp://media"},
           {"rtmp://media?key=secret", "rtmp://media"},
           {"rtmp://media#x", "rtmp://media"},
           {"media:1935", "media:1935"},
           {"user:secret@media:1935", "media:1935"},
       }) {
    INFO(url);
    SessionLogRecord record;
    record.backend_url = url;
    CHECK(rendered("%{backend}r", record) == shown);
  }
}

TEST_CASE("A line of the session log is bounded", "[session_log_format]") {
  for (const char* nickname : {"common", "combined"}) {
    const std::string line = rendered(nickname, longest());
    CHECK(line.size() <= kMaxSessionLogLineBytes);
    CHECK(line.find("%01 RTMPT\" 200 ") != std::string::npos); // whole
  }
  std::string format;
  for (int i = 0; i < 100; ++i)
    format += "%{app}r ";
  const std::string line = rendered(format, longest());
  CHECK(line.size() <= kMaxSessionLogLineBytes);
  CHECK(line.size() > kMaxSessionLogLineBytes - 520); // the next value had no room
  CHECK(line.ends_with(" ..."));
  std::string days;
  for (int i = 0; i < 500; ++i)
    days += "%A";
  CHECK(rendered("%{" + days + "}t", record()).size() <= kMaxSessionLogLineBytes);
}

TEST_CASE("A bad format of the session log is refused, each token with its reason", "[session_log_format]") {
  struct BadRow {
    std::string format;
    std::string quoted;
    std::string expected;
  };
  for (const auto& [format, quoted, expected] : std::vector<BadRow>{
           {"", "\"\" is no format", "common, combined or %-tokens"},
           {"%", "\"%\" is not complete", "a letter"},
           {"%a %", "\"%\" is not complete", "a letter"},
           {"%>", "\"%>\" is not complete", "a letter"},
           {"%{app", "\"%{app\" is not complete", "a } behind the {"},
           {"%{app}", "\"%{app}\" is not complete", "a letter"},
           {"%Q", "\"%Q\" is no token", "%% or % and one of a h l u v t D T r m U H s I O B b S, or %{name}r"},
           {"%q", "\"%q\" is no token", "one of"},
           {"%{Referer}i", "\"%{Referer}i\" is no token", "one of"},
           {"%200s", "\"%2\" is no token", "one of"},
           {"%!200s", "\"%!\" is no token", "one of"},
           {"%>>s", "\"%>>\" is no token", "one of"},
           {"%{x}%", "\"%{x}%\" is no token", "one of"},
           {"%>%", "\"%>%\" is no token", "one of"},
           {"%{c}a", "\"%{c}a\" is no token", "%a without an argument"},
           {"%{}a", "\"%{}a\" is no token", "%a without an argument"},
           {"%{App}r", "\"%{App}r\" is no token",
            "one of app stream kind flashver inspection way leg tls_protocol tls_cipher backend requests end detail "
            "session"},
           {"%{}r", "\"%{}r\" is no token", "one of app"},
           {"%{m}T", "\"%{m}T\" is no token", "one of us ms s"},
           {"%{%Q}t", "\"%{%Q}t\" is no time because of \"%Q\"", "one of aAbBdDeFHIjmMpRSTuyYzZ%"},
           {"%{%d%}t", "\"%{%d%}t\" is no time because of \"%\"", "one of aAbB"},
           {"%{%Ey}t", "because of \"%E\"", "one of aAbB"},
           {"%{a\tb}t", "\"%{a?b}t\" is no time", "without control characters"},
           {"a\nb", "\"?\" is a control character", "one line"},
           {"a\0b"s, "\"?\" is a control character", "one line"},
           {"\x7f", "\"?\" is a control character", "one line"},
           {"a\\nb", R"("\n" is no escape)", R"(\t, \" or \\)"},
           {"a\\", R"("\" is no escape)", R"(\t, \" or \\)"},
           {std::string(kMaxSessionLogFormatBytes + 1, 'x'), "xxx...\" is no format", "at most 1024 bytes"},
       }) {
    INFO(format);
    const SessionLogFormatResult result = parse_session_log_format(format);
    REQUIRE(result.errors.size() == 1);
    const std::string& error = result.errors.front();
    INFO(error);
    CHECK(error.find(quoted) != std::string::npos);
    CHECK(error.find(": expected ") != std::string::npos);
    CHECK(error.find(expected) != std::string::npos);
    CHECK(result.format == SessionLogFormat());
  }
  CHECK(parse_session_log_format("%Q %a %{app}x %{nothing}r").errors.size() == 3);
  CHECK(parse_session_log_format(std::string(kMaxSessionLogFormatBytes, 'x')).errors.empty());
  CHECK(parse_session_log_format("Common").format.render(record(), kTokyo) == "Common"); // a text like any other
}

TEST_CASE("Every letter is decided by the session log's format", "[session_log_format]") {
  std::string good;
  for (int letter = 0; letter < 256; ++letter)
    if (parse_session_log_format(std::string{'%', static_cast<char>(letter)}).errors.empty())
      good += static_cast<char>(letter);
  CHECK(good == "%BDHIOSTUabhlmrstuv");
}
