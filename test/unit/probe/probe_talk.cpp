// SPDX-License-Identifier: Apache-2.0
// A probe's conversation with servers that are well.
#include "talk_samples.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using rtmpt_proxy::probe::Loss;
using rtmpt_proxy::probe::ProbeTalk;
using rtmpt_proxy::probe::Step;
using rtmpt_proxy::probe::StepName;

namespace {

std::string first_line(const std::string& request) {
  return request.substr(0, request.find("\r\n"));
}

std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

bool all_good(const std::vector<Step>& steps) {
  for (const Step& step : steps)
    if (!step.good) return false;
  return true;
}

} // namespace

TEST_CASE("A well server passes every step, wherever its answers are cut", "[probe]") {
  const auto answers = good_answers();
  std::size_t longest = 0;
  for (const auto& one : answers)
    longest = std::max(longest, one.size());
  for (std::size_t cut = 0; cut <= longest; ++cut) {
    CAPTURE(cut);
    const Talked result = talk(answers, cut);
    REQUIRE(result.is_over);
    REQUIRE(result.steps.size() == 4);
    REQUIRE(all_good(result.steps));
    REQUIRE(result.steps[0].name == StepName::open);
    REQUIRE(result.steps[1].name == StepName::handshake);
    REQUIRE(result.steps[2].name == StepName::connect);
    REQUIRE(result.steps[3].name == StepName::close);
    REQUIRE(result.steps[2].said ==
            R"(_result "NetConnection.Connect.Success", "some words\x1b[2J", from "FMS/3,0,1,123")");
  }
}

TEST_CASE("What is asked is what a client asks, byte for byte", "[probe]") {
  const Talked result = talk(good_answers());
  REQUIRE(result.requests.size() == 5);
  const std::string id = "abcdefghijklmnopqrstuvw";
  CHECK(result.requests[0] == std::string("POST /open/1 HTTP/1.1\r\nHost: host:80\r\n"
                                          "User-Agent: Shockwave Flash (rtmptctl probe)\r\n"
                                          "Content-Type: application/x-fcs\r\nContent-Length: 1\r\n\r\n") +
                                  '\0');
  CHECK(first_line(result.requests[1]) == "POST /send/" + id + "/0 HTTP/1.1");
  CHECK(body_of(result.requests[1]) == "\x03" + std::string(8, '\0') + std::string(1528, 'r'));
  CHECK(first_line(result.requests[2]) == "POST /send/" + id + "/1 HTTP/1.1");
  CHECK(body_of(result.requests[2]) == server_hello().substr(1, 1536));
  CHECK(first_line(result.requests[3]) == "POST /send/" + id + "/2 HTTP/1.1");
  const std::string connect = body_of(result.requests[3]);
  CHECK(connect.find("tcUrl\x02") != std::string::npos);
  CHECK(connect.find("rtmpt://host:80/live") != std::string::npos);
  CHECK(connect[12 + 128] == '\xC3'); // a chunk has 128 bytes
  CHECK(first_line(result.requests[4]) == "POST /close/" + id + "/3 HTTP/1.1");
}

TEST_CASE("The session's id is not shown whole", "[probe]") {
  const std::string said = talk(good_answers()).steps[0].said;
  CHECK(said.find("\"abcd...\" of 23 characters") != std::string::npos);
  CHECK(said.find("abcde") == std::string::npos);
}

TEST_CASE("Without an application the probe ends behind the handshake", "[probe]") {
  auto answers = good_answers();
  answers.erase(answers.begin() + 3);
  const Talked result = talk(answers, 0, "");
  CHECK(result.is_over);
  REQUIRE(result.steps.size() == 3);
  CHECK(all_good(result.steps));
  CHECK(first_line(result.requests.back()).starts_with("POST /close/"));
}

TEST_CASE("An end of the session or the connection behind the last answer is no fault", "[probe]") {
  auto answers = good_answers();
  SECTION("the server has ended the session") {
    answers[4] = answer("404 Not Found", "");
    const Talked result = talk(answers);
    CHECK(result.is_over);
    REQUIRE(result.steps.size() == 4);
    CHECK(all_good(result.steps));
    CHECK(result.steps[3].said.starts_with("404"));
  }
  SECTION("the connection ends") {
    answers[3] = rtmp_data(connect_reply("_result", "NetConnection.Connect.Success"), "Connection: close\r\n");
    answers.resize(4);
    const Talked result = talk(answers);
    CHECK(result.is_over);
    CHECK(result.steps.size() == 3);
    CHECK(all_good(result.steps));
  }
}

TEST_CASE("What does not come with the answer to a send is asked for again, not too fast", "[probe]") {
  auto answers = good_answers();
  const std::string hello = server_hello();
  answers[1] = rtmp_data(hello.substr(0, 1000));
  answers.insert(answers.begin() + 2, {rtmp_data(""), rtmp_data(hello.substr(1000))});
  const Talked result = talk(answers);
  CHECK(result.is_over);
  CHECK(all_good(result.steps));
  REQUIRE(result.requests.size() == 7);
  CHECK(first_line(result.requests[2]) == "POST /idle/abcdefghijklmnopqrstuvw/1 HTTP/1.1");
  CHECK(first_line(result.requests[3]) == "POST /idle/abcdefghijklmnopqrstuvw/2 HTTP/1.1");
  CHECK(result.steps[1].said.find("4 requests") != std::string::npos);

  ProbeTalk talk({.tls = false, .host = "h", .port = 80, .app = ""}, std::string(1528, 'r'), 0ms);
  CHECK(talk.pause() == 0ms);
  talk.take_request();
  talk.feed(answers[0], 1ms);
  talk.take_request();
  talk.feed(rtmp_data("\x03"), 2ms);
  CHECK(talk.pause() == 0ms); // more may be there already
  CHECK_FALSE(talk.take_request().empty());
  talk.feed(rtmp_data(""), 3ms);
  CHECK(talk.pause() == ProbeTalk::kPause);
}

TEST_CASE("A handshake tells which server it is, when it does", "[probe]") {
  auto answers = good_answers();
  answers[1] = rtmp_data(server_hello(3, "\x05\x01\x02\x03"));
  CHECK(talk(answers).steps[1].said.ends_with(", from version 5.1.2.3"));
  CHECK(talk(good_answers()).steps[1].said.find("from") == std::string::npos);
}

TEST_CASE("Answers that some clients do not understand are good, with a note", "[probe]") {
  struct Case {
    std::string answer;
    std::string note;
  };
  const std::string id = "abcdefgh\n";
  const Case cases[] = {
      {"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n" + id, "spelt in another way"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n5;x=y\r\nefgh\n\r\n0\r\n\r\n", "in chunks"},
      {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 9\r\n\r\n" + id, "not of HTTP/1.1"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.answer);
    for (std::size_t cut = 0; cut <= one.answer.size(); ++cut) {
      auto answers = good_answers();
      answers[0] = one.answer;
      const Talked result = talk(answers, cut);
      REQUIRE(all_good(result.steps));
      REQUIRE(result.is_over);
      REQUIRE(result.steps[0].notes.size() == 1);
      REQUIRE(result.steps[0].notes[0].find(one.note) != std::string::npos);
    }
  }
}

TEST_CASE("An interim answer is passed over", "[probe]") {
  auto answers = good_answers();
  answers[1] = "HTTP/1.1 100 Continue\r\n\r\n" + answers[1];
  CHECK(all_good(talk(answers).steps));
}
