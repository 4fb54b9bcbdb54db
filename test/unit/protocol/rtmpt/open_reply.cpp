// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/open_reply.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace rtmpt_proxy::protocol;

namespace {

using Error = OpenReplyError;

constexpr std::string_view kIdCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~=+:@,;!$*'()";

const std::string kId128(128, 'i');
const std::string kId129(129, 'i');

struct Good {
  std::string body;
  std::string session_id;
};

struct Bad {
  std::string body;
  Error error;
};

} // namespace

TEST_CASE("The session id of a server is what stands before the end of its answer", "[open_reply]") {
  const Good table[] = {
      {"8F3KD0A9ZQ1MX\n", "8F3KD0A9ZQ1MX"},                                     // Red5
      {"00000000a1b2c3d4\n", "00000000a1b2c3d4"},                               // crtmpserver
      {"0123456789abcdef0123456789abcde\n", "0123456789abcdef0123456789abcde"}, // node-rtsp-rtmp-server
      {"abc", "abc"},
      {"abc\r\n", "abc"},
      {"abc\n\n", "abc"},
      {"abc \r\n", "abc"},
      {"abc  ", "abc"},
      {"a\n", "a"},
      {"-\n", "-"},
      {"...\n", "..."},
      {".a\n", ".a"},
      {"a.\n", "a."},
      {std::string(kIdCharacters) + "\n", std::string(kIdCharacters)},
      {kId128, kId128},
      {kId128 + "\r\n", kId128},
      {kId128 + std::string(128, ' '), kId128}, // as large as an answer may be
  };
  for (const Good& row : table) {
    INFO(row.body);
    const OpenReplyResult result = parse_open_reply(row.body);
    CHECK(to_string(result.error) == to_string(Error::none));
    CHECK(result.session_id == row.session_id);
    CHECK(result.session_id.data() == row.body.data());
  }
}

TEST_CASE("An answer to open without a usable session id gets the error that says why", "[open_reply]") {
  const Bad table[] = {
      {"", Error::empty},
      {"\n", Error::empty},
      {"\r\n", Error::empty},
      {"  \r\n \n", Error::empty},
      {std::string(256, '\n'), Error::empty},
      {std::string(1, '\0'), Error::odd_character}, // what Red5 says when it is full
      {std::string("\x01"
                   "abc\n"),
       Error::odd_character},
      {"<html><body>It works!</body></html>\n", Error::odd_character},
      {" abc\n", Error::odd_character},
      {"\nabc\n", Error::odd_character},
      {"a b\n", Error::odd_character},
      {"abc\ndef\n", Error::odd_character},
      {"abc\r\nX: y\r\n", Error::odd_character},
      {"abc\t\n", Error::odd_character},
      {"abc\n\t", Error::odd_character},
      {std::string("abc\n\0", 5), Error::odd_character},
      {std::string("abc\0\n", 5), Error::odd_character},
      {"../../admin\n", Error::odd_character},
      {"abc/1\n", Error::odd_character},
      {"abc?x\n", Error::odd_character},
      {"abc#x\n", Error::odd_character},
      {"abc%20\n", Error::odd_character},
      {"a&b\n", Error::odd_character},
      {"a\\b\n", Error::odd_character},
      {"\"abc\"\n", Error::odd_character},
      {"\xc3\xa4\n", Error::odd_character},
      {".\n", Error::odd_character},
      {"..\n", Error::odd_character},
      {"..", Error::odd_character},
      {kId129, Error::too_long},
      {kId129 + "\n", Error::too_long},
      {std::string(256, '<'), Error::too_long},
      {std::string(257, '\n'), Error::too_long},
      {"abc" + std::string(254, ' '), Error::too_long}, // 257 bytes
  };
  for (const Bad& row : table) {
    INFO(row.body);
    const OpenReplyResult result = parse_open_reply(row.body);
    CHECK(to_string(result.error) == to_string(row.error));
    CHECK(result.session_id.empty());
  }
}

TEST_CASE("Every byte value is either allowed in a server's session id or odd", "[open_reply]") {
  std::size_t accepted = 0;
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    CAPTURE(value);
    const bool is_allowed = kIdCharacters.find(c) != std::string_view::npos;
    const std::string body = std::string("a") + c + "b\n";
    const OpenReplyResult inside = parse_open_reply(body);
    CHECK(inside.error == (is_allowed ? Error::none : Error::odd_character));
    CHECK(inside.session_id == (is_allowed ? body.substr(0, 3) : ""));
    accepted += inside.error == Error::none ? 1 : 0;
    const bool is_trimmed = c == ' ' || c == '\r' || c == '\n';
    CHECK(parse_open_reply(std::string("ab") + c).error ==
          (is_allowed || is_trimmed ? Error::none : Error::odd_character));
  }
  CHECK(accepted == 78);
}

TEST_CASE("Each error of an answer to open has words of its own", "[open_reply]") {
  std::set<std::string_view> words;
  for (const Error error : {Error::none, Error::empty, Error::too_long, Error::odd_character})
    words.insert(to_string(error));
  CHECK(words.size() == 4);
  CHECK(words.count("the session id has an unknown error") == 0);
}
