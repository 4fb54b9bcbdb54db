// SPDX-License-Identifier: Apache-2.0
// What rtmptctl prints.
#include "control/ascii_json.hpp"
#include "control/run_order.hpp"
#include "control/text_table.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::control;

namespace {

// As gateway/status_json.cpp makes it.
constexpr const char* kState = R"({"version":1,"server":"www",
  "gateway":{"version":"0.1.0","pid":12,"retiring":false},
  "totals":{"sessions":2,"requests":18446744073709551615},
  "sessions":[
    {"id":"k3v9q2m8xa","virtual_host":"live.example.com","client":"203.0.113.9","user":"","transport":"rtmpt",
     "way":"handed over","backend":"rtmp://m","app":"live","stream":"cam 1\u001b[2J\u009b\u202e","kind":"publish",
     "age_seconds":75,"requests":1234,"received_bytes":1000,"sent_bytes":2000,
     "receiving_bits_per_second":800000,"sending_bits_per_second":0},
    {"id":"b","virtual_host":"w","client":"::1","user":"anna","transport":"rtmpts","way":"pumped",
     "backend":"rtmpt://n","app":null,"stream":null,"kind":null,"age_seconds":1,"requests":1,"received_bytes":0,
     "sent_bytes":0,"receiving_bits_per_second":0,"sending_bits_per_second":0}],
  "backends":[
    {"virtual_host":null,"balancer":"media","url":"rtmp://m","status":"unknown","drained":true,"weight":2.5E0,
     "sessions":1,"failures":3},
    {"virtual_host":"w","balancer":null,"url":"rtmpt://n","drained":false,"weight":1E0,"sessions":1,"failures":0}],
  "bans":[
    {"number":12,"virtual_host":"w","client":"192.0.2.1","stream":"/live/cam 1","left_seconds":599,"refusals":2},
    {"number":13,"virtual_host":"w","client":"::1","stream":null,"left_seconds":1,"refusals":0}],
  "refusals":{"backend unreachable":3}})";

Outcome view(View view, const std::string& text = kState, bool json = false) {
  Order order;
  order.view = view;
  order.json = json;
  order.message = protocol::AskStatus{};
  return outcome_of(order, {text, false, ExitStatus::done, {}});
}

Outcome done(protocol::GatewayMessage message, std::string object, bool found, bool json = false) {
  Order order;
  order.message = std::move(message);
  order.object = std::move(object);
  order.json = json;
  return outcome_of(order, {{}, found, ExitStatus::done, {}});
}

} // namespace

TEST_CASE("Sessions are a table of words, whatever clients call their streams", "[rtmptctl]") {
  const Outcome outcome = view(View::sessions);
  CHECK(outcome.status == ExitStatus::done);
  CHECK(outcome.error.empty());
  CHECK(
      outcome.output ==
      R"(SESSION     CLIENT       USER  HOST              KIND     STREAM                                    BACKEND    AGE_S  REQUESTS  RECEIVED_B  SENT_B  IN_BPS  OUT_BPS  TRANSPORT  WAY
k3v9q2m8xa  203.0.113.9  -     live.example.com  publish  live/cam\x201\x1b[2J\xc2\x9b\xe2\x80\xae  rtmp://m      75      1234        1000    2000  800000        0  rtmpt      handed-over
b           ::1          anna  w                 -        -                                         rtmpt://n      1         1           0       0       0        0  rtmpts     pumped
)");
}

TEST_CASE("Media servers are a table of words", "[rtmptctl]") {
  CHECK(view(View::backends).output == R"(URL        BALANCER  HOST  WEIGHT  DRAINED  SESSIONS  FAILURES
rtmp://m   media     -        2.5  yes             1         3
rtmpt://n  -         w          1  no              1         0
)");
}

TEST_CASE("The state is a table of names and values", "[rtmptctl]") {
  CHECK(view(View::status).output == R"(NAME                          VALUE
server                        www
version                       0.1.0
pid                           12
retiring                      no
sessions                      2
requests                      18446744073709551615
refused:_backend_unreachable  3
)");
}

TEST_CASE("A state with nothing in it is a table without rows", "[rtmptctl]") {
  CHECK(view(View::backends, "{}").output == "URL  BALANCER  HOST  WEIGHT  DRAINED  SESSIONS  FAILURES\n");
  CHECK(view(View::backends, R"({"backends":[1,null,{}]})").output ==
        "URL  BALANCER  HOST  WEIGHT  DRAINED  SESSIONS  FAILURES\n"
        "-    -         -          -  -               -         -\n");
}

TEST_CASE("What is no state is a failure", "[rtmptctl]") {
  const std::string text = GENERATE("", "{", "[]", "{} x", "null");
  CAPTURE(text);
  const Outcome outcome = view(View::sessions, text);
  CHECK(outcome.status == ExitStatus::failed);
  CHECK(outcome.output.empty());
  CHECK_THAT(outcome.error, Catch::StartsWith("RTMPT403"));
}

TEST_CASE("Bans are a table by their numbers", "[rtmptctl]") {
  CHECK(view(View::bans).output == R"(NUMBER  CLIENT     STREAM          HOST  LEFT_S  REFUSALS
    12  192.0.2.1  /live/cam\x201  w        599         2
    13  ::1        -               w          1         0
)");
  CHECK(view(View::bans, R"({"bans":[{"number":1}]})", true).output == "[{\"number\":1}]\n");
}

TEST_CASE("Pulls are a table by their streams", "[rtmptctl]") {
  const std::string document = R"({"pulls":[{"virtual_host":"w","backend":"rtmp://media","stream":"live/cam1",
    "state":"live","viewers":12},{}]})";
  CHECK(view(View::pulls, document).output == R"(STREAM     BACKEND       HOST  STATE  VIEWERS
live/cam1  rtmp://media  w     live        12
-          -             -     -            -
)");
  CHECK(view(View::pulls, R"({"pulls":[{"viewers":1}]})", true).output == "[{\"viewers\":1}]\n");
}

TEST_CASE("JSON is the document or its list, in ASCII", "[rtmptctl]") {
  CHECK(view(View::sessions, R"({"sessions":[{"id":"a","stream":"ü\u009b\u0007😀"}]})", true).output ==
        "[{\"id\":\"a\",\"stream\":\"\\u00fc\\u009b\\u0007\\ud83d\\ude00\"}]\n");
  CHECK(view(View::backends, R"({"backends":[{"drained":true}]})", true).output == "[{\"drained\":true}]\n");
  CHECK(view(View::status, R"({"version":1,"sessions":[]})", true).output == "{\"version\":1,\"sessions\":[]}\n");
  CHECK(ascii_json("\"\x7F\xFF\xC3\"") == "\"\\u007f\\ufffd\\ufffd\"");
  CHECK(ascii_json("") == "");
}

TEST_CASE("An order that found its object is done, and one that did not ends with 1", "[rtmptctl]") {
  const protocol::EndSession end{protocol::SessionName("abc")};
  CHECK(done(end, "abc", true).status == ExitStatus::done);
  CHECK(done(end, "abc", true).output == "abc ends\n");
  CHECK(done(protocol::EndSession{protocol::SessionName("abc"), std::chrono::minutes(1)}, "abc", true).output ==
        "abc ends, and its client is banned\n");
  CHECK(done(protocol::LiftBan{7}, "7", true).output == "ban 7 is lifted\n");
  CHECK(done(protocol::LiftBan{0}, "all", true).output == "all bans are lifted\n");
  CHECK(done(protocol::LiftBan{7}, "7", false).error ==
        "RTMPT528: there is no ban '7': expected a number that 'rtmptctl bans' lists, or all");
  CHECK(done(end, "abc", true, true).output == "{\"found\":true}\n");
  const Outcome unknown = done(end, "a\nc", false);
  CHECK(unknown.status == ExitStatus::not_found);
  CHECK(unknown.output.empty());
  CHECK(unknown.error == "RTMPT401: there is no session 'a\\nc': expected a name that 'rtmptctl sessions' lists");
  CHECK(done(end, "abc", false, true).output == "{\"found\":false}\n");
  const protocol::DrainBackend drain{{}, true};
  CHECK(done(drain, "rtmp://m", true).output == "rtmp://m gets no new sessions\n");
  CHECK(done(protocol::DrainBackend{{}, false}, "rtmp://m", true).output == "rtmp://m gets new sessions\n");
  CHECK_THAT(done(drain, "rtmp://m", false).error, Catch::StartsWith("RTMPT402: there is no media server 'rtmp://m'"));
}

TEST_CASE("A contact that failed is told with its status", "[rtmptctl]") {
  const Outcome outcome = outcome_of({}, {{}, false, ExitStatus::no_contact, "'/run/x': Permission denied"});
  CHECK(outcome.status == ExitStatus::no_contact);
  CHECK(outcome.error == "RTMPT400: '/run/x': Permission denied");
  CHECK(outcome.output.empty());
}

TEST_CASE("Cells are as wide as their characters, and cut when they are too long", "[rtmptctl]") {
  TextTable table({{"A"}, {"B", TextTable::Align::right}});
  table.add({"äö", "1"});
  table.add({std::string(1000, 'x'), ""});
  table.add({"only one"});
  const std::string text = table.text();
  const std::string cut = std::string(TextTable::kMaxCellBytes - 3, 'x') + "...";
  const std::string wide(cut.size() - 2, ' ');
  CHECK(text == "A " + wide + "  B\näö" + wide + "  1\n" + cut + "  -\nonly\\x20one" +
                    std::string(cut.size() - 11, ' ') + "  -\n");
}
