// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/messages/ask_answer.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;
using namespace std::string_literals;

namespace {

const std::string kYes = "HTTP/1.1 200 Allowed by its rules\r\n";
const std::string kNo = "HTTP/1.1 401 Unauthorized\r\n";

AskAnswer read_whole(const std::string& bytes) {
  AskAnswerReader reader;
  REQUIRE(reader.feed(bytes));
  return reader.answer();
}

} // namespace

TEST_CASE("httpd's answers are read alike however they are cut", "[ask answer]") {
  struct Row {
    std::string head;
    AskAnswer answer;
  };
  const Row rows[] = {
      {kYes + "Content-Length: 0\r\nRTMPT-User: al%20ice\r\nServer: x\r\n\r\n", {200, "al ice", ""}},
      {kYes + "\r\n", {200, "", ""}},
      {kYes + "rtmpt-user:alice\r\n\r\n", {200, "alice", ""}},
      {kNo + "WWW-Authenticate: Basic realm=\"x: y\"\r\nRTMPT-Realm: Studio%201 \r\n\r\n", {401, "", "Studio 1"}},
      {kNo + "RTMPT-User: bob\r\nRTMPT-Realm: R\r\n\r\n", {401, "bob", "R"}},
      {"HTTP/1.1 403 Forbidden\r\n", {403, "", ""}},
      {"HTTP/1.0 503 \r\n", {503, "", ""}},
      {"HTTP/1.1 404\r\n", {404, "", ""}},
      {"HTTP/1.1 200 OK\r\n", {500, "", ""}},
      {"HTTP/1.1 200 Allowed by its rules!\r\n", {500, "", ""}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.head);
    CHECK(read_whole(row.head + "behind it") == row.answer);
    for (std::size_t cut = 0; cut <= row.head.size(); ++cut) {
      AskAnswerReader reader;
      const bool is_known = reader.feed(row.head.substr(0, cut));
      CHECK(is_known == (cut == row.head.size()));
      CHECK(reader.is_cut() == (cut > 0 && cut < row.head.size()));
      if (!is_known) CHECK(reader.answer().status == 0);
      CHECK(reader.feed(row.head.substr(cut)));
      CHECK(reader.answer() == row.answer);
    }
  }
}

TEST_CASE("A bad answer of httpd lets nobody in", "[ask answer]") {
  for (const std::string& head : {
           "SSH-2.0\r\n"s,
           "\r\n"s,
           "HTTP/2 200\r\n"s,
           "HTTP/1.1 99 x\r\n"s,
           "HTTP/1.1 600 x\r\n"s,
           "HTTP/1.1 2x0 x\r\n"s,
           "HTTP/1.1  200 Allowed by its rules\r\n"s,
           kYes + "no header\r\n\r\n",
           kYes + "RTMPT-User: a\r\nRTMPT-User: b\r\n\r\n",
           kYes + "RTMPT-User: %\r\n\r\n",
           kYes + "RTMPT-User: a b\r\n\r\n",
           kYes + "X: " + std::string(kMaxAskAnswerBytes, 'x') + "\r\n\r\n",
           std::string(kMaxAskAnswerBytes + 1, 'x'),
       }) {
    CAPTURE(head.substr(0, 80));
    CHECK(read_whole(head) == AskAnswer{kAskUndecidedStatus, "", ""});
  }
}

TEST_CASE("A long name of a user is cut between characters", "[ask answer]") {
  std::string encoded;
  for (int i = 0; i < 200; ++i)
    encoded += "%C3%BC";
  const AskAnswer answer = read_whole(kYes + "RTMPT-User: " + encoded + "\r\n\r\n");
  CHECK(answer.user.size() == 254);
}
