// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace rtmpt_proxy::protocol;
using namespace std::string_literals;

namespace {

AskPreamble sample_preamble(std::string tls_server_name) {
  AskPreamble preamble;
  preamble.over_tls = !tls_server_name.empty();
  preamble.ticket = ask_ticket(3, 258);
  preamble.client = {{*parse_ip_address("192.0.2.1"), 4711}, {*parse_ip_address("2001:db8::2"), 443}};
  preamble.tls_server_name = std::move(tls_server_name);
  preamble.session_name = SessionName("n1");
  return preamble;
}

const std::string kPreambleBytes = "RTMPTask\1\1\2\3\0\0\0\0\0\1\2"
                                   "\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xC0\0\2\1\x12\x67"
                                   "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\2\1\xBB\0\3\0\2wwwn1"s;

} // namespace

TEST_CASE("An ask's preamble has its known bytes") {
  CHECK(encode(sample_preamble("www")) == kPreambleBytes);
}

TEST_CASE("An ask's preamble says whether one request follows or a client's whole connection") {
  for (const AskKind kind : {AskKind::ask, AskKind::relay}) {
    AskPreamble sent = sample_preamble("www");
    sent.kind = kind;
    AskPreambleReader reader;
    reader.feed(encode(sent));
    REQUIRE(reader.state() == AskPreambleState::done);
    CHECK(reader.preamble() == sent);
  }
}

TEST_CASE("An ask's preamble is read in two pieces, cut anywhere, and nothing behind it is taken") {
  for (const std::string& name : {""s, "www"s, std::string(kMaxTlsServerNameBytes, 'a')}) {
    const AskPreamble sent = sample_preamble(name);
    const std::string bytes = encode(sent) + "OPEN /live HTTP/1.1\r\n";
    const std::size_t size = encode(sent).size();
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      AskPreambleReader reader;
      const std::size_t first = reader.feed(std::string_view(bytes).substr(0, cut));
      CHECK(first == std::min(cut, size));
      CHECK((reader.state() == AskPreambleState::done) == (cut >= size));
      CHECK(first + reader.feed(std::string_view(bytes).substr(first)) == size);
      REQUIRE(reader.state() == AskPreambleState::done);
      CHECK(reader.preamble() == sent);
    }
  }
}

TEST_CASE("An ask's preamble that is none is refused for good") {
  std::vector<std::string> bad(6, kPreambleBytes);
  bad[0][0] = 'G';                                                                   // no preamble
  bad[1][8] = 0;                                                                     // an unknown kind
  bad[2][8] = 3;                                                                     // another
  bad[3][9] = 2;                                                                     // neither with TLS nor without
  bad[4][10] = 1;                                                                    // another version
  bad[5].replace(11, 8, 8, '\0');                                                    // no ticket
  bad.push_back(kPreambleBytes.substr(0, kAskPreambleFixedBytes - 4) + "\1\0\0\0"s); // a server name of 256 bytes
  bad.push_back(kPreambleBytes.substr(0, kAskPreambleFixedBytes - 2) + "\0\101"s);   // a session name of 65 bytes
  for (const std::string& bytes : bad) {
    CAPTURE(bytes);
    AskPreambleReader reader;
    reader.feed(bytes);
    CHECK(reader.state() == AskPreambleState::failed);
    CHECK(reader.feed(kPreambleBytes) == 0);
    CHECK(reader.state() == AskPreambleState::failed);
  }
}

TEST_CASE("A ticket names its loop and is never 0") {
  CHECK(loop_of_ticket(ask_ticket(0, 1)) == 0);
  CHECK(loop_of_ticket(ask_ticket(63, 0x00ff'ffff'ffff'ffffULL)) == 63);
  CHECK(ask_ticket(0, 1) != 0);
  CHECK(ask_ticket(1, 7) != ask_ticket(2, 7));
}
