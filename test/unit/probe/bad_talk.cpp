// SPDX-License-Identifier: Apache-2.0
// A probe's conversation with servers that are not well: which step fails, and what it says.
#include "talk_samples.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using rtmpt_proxy::probe::Loss;
using rtmpt_proxy::probe::ProbeTalk;
using rtmpt_proxy::probe::Step;
using rtmpt_proxy::probe::StepName;

namespace {

constexpr const char* kClose = "Connection: close\r\n";

struct Case {
  std::string what;
  std::size_t place; // of the answer in good_answers()
  std::string answer;
  StepName failed;
  std::string said;
  std::string advice; // in cause or remedy
};

std::string page(const std::string& words) {
  return "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>T</title><style>p{}</style>\n"
         "</head><body>\n<h1>" +
         words + "</h1>\n</body></html>\n";
}

const Case kCases[] = {
    {"no HTTP", 0, "SSH-2.0-OpenSSH_9.2\r\n", StepName::open, "is not HTTP/1: \"S", "which program listens"},
    {"an alert of TLS", 0, std::string("\x15\x03\x01\x00\x02\x02\x46", 7), StepName::open, R"(is not HTTP/1: "\x15)",
     "rtmpts://"},
    {"a status that is none", 0, "HTTP/1.1 2x0 OK\r\n\r\n", StepName::open, "is not HTTP/1", "which program"},
    {"HTTP/2", 0, "HTTP/2 200\r\n\r\n", StepName::open, "is not HTTP/1", "which program"},
    {"a head without end", 0, "HTTP/1.1 200 OK\r\nX: " + std::string(17'000, 'x'), StepName::open, "over 16 KiB",
     "which program"},
    {"two lengths", 0, answer("200 OK", "", "Content-Length: 5\r\n"), StepName::open, "length of its body", "which"},
    {"a bad length", 0, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", StepName::open, "length of its body", "which"},
    {"a huge length", 0, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", StepName::open, "over 512 KiB",
     "which"},
    {"bad chunks", 0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", StepName::open, "length of its",
     "which"},
    {"a chunk without its end", 0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", StepName::open,
     "length of its", "which"},
    {"403", 0, answer("403 Forbidden", page("Forbidden\x1b[31m")), StepName::open,
     R"(403 "Forbidden", "Forbidden\x1b[31m")", R"(Require in <Location "/open">)"},
    {"404", 0, answer("404 Not Found", page("Not Found")), StepName::open, R"(404 "Not Found")", "RTMPTProxyPass"},
    {"401", 0, answer("401 Unauthorized", ""), StepName::open, "401", R"(leave <Location "/open"> out of it)"},
    {"a redirection", 0, answer("301 Moved", "", "Location: https://host/open/1\r\n"), StepName::open,
     R"(301 "Moved", to "https://host/open/1")", "redirect"},
    {"400", 0, answer("400 Bad Request", ""), StepName::open, "400", "other scheme"},
    {"405", 0, answer("405 Method Not Allowed", ""), StepName::open, "405", "POST"},
    {"502", 0, answer("502 Bad Gateway", ""), StepName::open, "502", "does not reach httpd"},
    {"503", 0, answer("503 Service Unavailable", ""), StepName::open, "503", "the media server is down"},
    {"503 with a message id", 0, answer("503 x", "no: RTMPT05 RTMPT050 is why"), StepName::open, "RTMPT050",
     "what RTMPT050 means"},
    {"508", 0, answer("508 Loop Detected", ""), StepName::open, "508", "leads back"},
    {"500", 0, answer("500 Oh", ""), StepName::open, "500", "error log"},
    {"a page", 0, answer("200 OK", page("It works!")), StepName::open, R"("It works!")", "a page"},
    {"no id", 0, answer("200 OK", "\n"), StepName::open, "the session id is empty", "which program"},
    {"no keep-alive", 0, answer("200 OK", "abcdefgh\n", kClose), StepName::open, "closes behind the answer",
     "KeepAlive"},
    {"the media server has gone", 1, answer("404 Not Found", "no such session\n"), StepName::handshake, "404",
     "PROXY header"},
    {"its end is told", 1, rtmp_data("", kClose), StepName::handshake, "0 bytes of RTMP", "PROXY header"},
    {"no RTMP", 1, rtmp_data("HTTP/1.1 400 Bad Request"), StepName::handshake, "its first byte is 72",
     "no RTMP server"},
    {"RTMPE", 1, rtmp_data(server_hello(6)), StepName::handshake, "its first byte is 6", "no RTMP server"},
    {"an empty answer", 1, answer("200 OK", ""), StepName::handshake, "expected a polling byte", "a proxy in front"},
    {"403 of sends", 1, answer("403 Forbidden", ""), StepName::handshake, "403", R"(<Location "/send">)"},
    {"413", 1, answer("413 Too Large", ""), StepName::handshake, "413", "LimitRequestBody"},
    {"the end behind C2", 2, rtmp_data("", kClose), StepName::handshake, "3073 bytes of RTMP", "media server"},
    {"an unknown application", 3, rtmp_data(connect_reply("_error", "NetConnection.Connect.Rejected")),
     StepName::connect, R"(_error "NetConnection.Connect.Rejected", "some words\x1b[2J")", "correct the application"},
    {"the end behind connect", 3, rtmp_data("", kClose), StepName::connect, "the session was ended",
     "this application"},
    {"404 behind connect", 3, answer("404 Not Found", ""), StepName::connect, "404", "this application"},
    {"no chunks", 3, rtmp_data(std::string(5, '\xff')), StepName::connect, "what came is no RTMP", "no RTMP server"},
    {"503 at the end", 4, answer("503 x", ""), StepName::close, "503", "error log"},
};

const Step* failed_step(const Talked& talked) {
  for (const Step& step : talked.steps)
    if (!step.good) return &step;
  return nullptr;
}

} // namespace

TEST_CASE("Every bad answer fails its step, wherever it is cut, with a cause and a remedy", "[probe]") {
  for (const Case& one : kCases) {
    CAPTURE(one.what);
    auto answers = good_answers();
    answers.resize(one.place);
    answers.push_back(one.answer);
    for (std::size_t cut = 0; cut <= one.answer.size(); cut += one.answer.size() > 4000 ? 97 : 1) {
      CAPTURE(cut);
      const Talked talked = talk(answers, cut);
      const Step* const step = failed_step(talked);
      REQUIRE(step);
      REQUIRE(step->name == one.failed);
      REQUIRE(talked.steps.size() <= static_cast<std::size_t>(one.failed) + 1);
      CAPTURE(step->said);
      CAPTURE(step->cause + "; " + step->remedy);
      REQUIRE(step->said.find(one.said) != std::string::npos);
      REQUIRE((step->cause + "; " + step->remedy).find(one.advice) != std::string::npos);
    }
  }
}

TEST_CASE("What is no HTTP is quoted", "[probe]") {
  CHECK(talk({"SSH-2.0-OpenSSH_9.2\r\n"}).steps.back().said ==
        R"(the answer is not HTTP/1: "SSH-2.0-OpenSSH_9.2\r\n")");
}

TEST_CASE("A session that goes wrong is closed while its connection is there", "[probe]") {
  auto answers = good_answers();
  answers[3] = rtmp_data(connect_reply("_error", "no"));
  const Talked talked = talk(answers);
  CHECK(talked.is_over);
  CHECK(talked.requests.back().starts_with("POST /close/abcdefghijklmnopqrstuvw/3 "));
  CHECK(talked.steps.back().name == StepName::close);
  CHECK(talked.steps.back().good);
}

TEST_CASE("A connection that ends, breaks or is silent says how far it came", "[probe]") {
  const auto lose = [](std::size_t answered, std::string_view begun, Loss loss) {
    ProbeTalk talk({.tls = false, .host = "h", .port = 80, .app = "live"}, std::string(1528, 'r'), 0ms);
    const auto answers = good_answers();
    for (std::size_t i = 0; i < answered; ++i)
      talk.feed(answers[i], 1ms);
    talk.feed(begun, 2ms);
    talk.lose(loss, 2000ms, "Connection reset by peer");
    CHECK(talk.is_over());
    return talk.steps().back();
  };
  CHECK(lose(0, "", Loss::ended).said == "the connection was closed before the answer");
  CHECK(lose(0, "", Loss::broken).said == "the connection broke: Connection reset by peer");
  CHECK(lose(0, "HTTP/1", Loss::timed_out).said == R"(no answer in time, after 6 bytes: "HTTP/1")");
  CHECK(lose(0, "", Loss::timed_out).took == 2000ms);
  CHECK(lose(0, "", Loss::ended).cause.find("PROXY header") != std::string::npos);
  CHECK(lose(1, "", Loss::timed_out).name == StepName::handshake);
  const Step connect = lose(3, "", Loss::timed_out);
  CHECK(connect.name == StepName::connect);
  CHECK(connect.cause == "the media server does not answer");
}

TEST_CASE("A body without a length ends with its connection", "[probe]") {
  ProbeTalk talk({.tls = false, .host = "h", .port = 80, .app = "live"}, std::string(1528, 'r'), 0ms);
  talk.feed("HTTP/1.1 403 No\r\n\r\nwords", 1ms);
  CHECK_FALSE(talk.is_over());
  talk.lose(Loss::ended, 2ms);
  CHECK(talk.is_over());
  CHECK(talk.steps().back().said == R"(403 "No", "words")");
}

TEST_CASE("A server that never says what was asked for comes to an end", "[probe]") {
  ProbeTalk talk({.tls = false, .host = "h", .port = 80, .app = "live"}, std::string(1528, 'r'), 0ms);
  auto answers = good_answers();
  answers.resize(3);
  for (const auto& one : answers)
    talk.feed(one, 1ms);
  // A message of media in one chunk after the other.
  const std::string media = rtmp_data(std::string("\x04\0\0\0\xff\xff\xff\x09\x01\0\0\0", 12) + std::string(128, 'v'));
  std::string more;
  for (int i = 0; i < 3000; ++i)
    more += '\xc4' + std::string(128, 'v');
  talk.feed(media, 1ms);
  for (int i = 0; i < 40 && talk.steps().size() < 3; ++i)
    talk.feed(rtmp_data(more), 1ms);
  REQUIRE(talk.steps().size() == 3);
  CHECK(talk.steps().back().said.find("over 4 MiB") != std::string::npos);
}
