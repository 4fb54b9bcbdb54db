// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/http_reply.hpp>

#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>
#include <string>

using rtmpt_proxy::protocol::error_body;
using rtmpt_proxy::protocol::reason_phrase;
using rtmpt_proxy::protocol::ReplyHead;

namespace {

std::string head(std::uint16_t status, bool close, std::size_t body_bytes,
                 std::optional<std::uint8_t> polling_interval = {}) {
  return std::string(ReplyHead(status, close, body_bytes, polling_interval).text());
}

} // namespace

TEST_CASE("A reply with RTMP bytes counts the polling interval in its length", "[http_reply]") {
  CHECK(head(200, false, 1536, 0x21) == "HTTP/1.1 200 OK\r\n"
                                        "Content-Type: application/x-fcs\r\n"
                                        "Content-Length: 1537\r\n"
                                        "\r\n"
                                        "\x21");
}

TEST_CASE("A reply without a polling interval ends with its head", "[http_reply]") {
  CHECK(head(200, false, 23) == "HTTP/1.1 200 OK\r\n"
                                "Content-Type: application/x-fcs\r\n"
                                "Content-Length: 23\r\n"
                                "\r\n");
}

TEST_CASE("The end of a session is said with Connection: close", "[http_reply]") {
  CHECK(head(200, true, 0, 0x01) == "HTTP/1.1 200 OK\r\n"
                                    "Content-Type: application/x-fcs\r\n"
                                    "Connection: close\r\n"
                                    "Content-Length: 1\r\n"
                                    "\r\n"
                                    "\x01");
}

TEST_CASE("A refusal is text", "[http_reply]") {
  CHECK(head(404, true, 16) == "HTTP/1.1 404 Not Found\r\n"
                               "Content-Type: text/plain\r\n"
                               "Connection: close\r\n"
                               "Content-Length: 16\r\n"
                               "\r\n");
}

TEST_CASE("Each status has its reason and a line for people", "[http_reply]") {
  const auto status = GENERATE(std::uint16_t{400}, std::uint16_t{404}, std::uint16_t{408}, std::uint16_t{413},
                               std::uint16_t{421}, std::uint16_t{431}, std::uint16_t{503}, std::uint16_t{508});
  CHECK(reason_phrase(status) != reason_phrase(999));
  CHECK(error_body(status) != error_body(999));
  CHECK(error_body(status).back() == '\n');
  CHECK(head(status, true, error_body(status).size()).starts_with("HTTP/1.1 " + std::to_string(status) + " "));
}

TEST_CASE("The longest head has room", "[http_reply]") {
  const std::string longest = head(431, true, std::numeric_limits<std::size_t>::max() - 1, 0xFF);
  CHECK(longest.ends_with("Content-Length: 18446744073709551615\r\n\r\n\xFF"));
  CHECK(longest.size() < 192);
}

TEST_CASE("Nothing but a status that is known has a text of its own", "[http_reply]") {
  CHECK(error_body(999) == "the tunnel request failed\n");
  CHECK(error_body(404) == "no such session\n");
  CHECK(error_body(503) == "the stream cannot be served now\n");
}

TEST_CASE("librtmp finds in every good reply what it looks for", "[http_reply]") {
  const std::string reply = head(200, false, 0, 0x01);
  CHECK(reply.starts_with("HTTP/1.1 200 "));
  CHECK(reply.find("Content-Length:") != std::string::npos);
  CHECK(reply.find("chunked") == std::string::npos);
}
