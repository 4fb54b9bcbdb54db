// SPDX-License-Identifier: Apache-2.0
#include "support/peers/bad_reply.hpp"

namespace rtmpt_proxy::test {

namespace {

const std::string kWords = kBackendWords;

// A reply with this status line and these headers (each with its CRLF), and a body that fits in any case.
RtmptAnswer reply(const std::string& status, const std::string& headers, const std::string& body = kWords + "\n") {
  RtmptAnswer answer;
  answer.bytes = "HTTP/1.1 " + status + "\r\nX-Words: " + kWords + "\r\n" + headers + "\r\n" + body;
  return answer;
}

std::string length_of(const std::string& body = kWords + "\n") {
  return "Content-Length: " + std::to_string(body.size()) + "\r\n";
}

RtmptAnswer raw(const std::string& bytes, RtmptAnswer::Then then = RtmptAnswer::Then::keep) {
  RtmptAnswer answer;
  answer.bytes = bytes;
  answer.then = then;
  return answer;
}

RtmptAnswer endless_headers() {
  std::string bytes = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 10'000; ++i)
    bytes += "X-Endless: " + kWords + "\r\n";
  return raw(bytes);
}

RtmptAnswer cut_off() {
  auto answer = reply("200 " + kWords, "Content-Length: 5000\r\n");
  answer.then = RtmptAnswer::Then::finish;
  return answer;
}

std::string error_page() {
  return "<html><body><h1>" + kWords + "</h1></body></html>\n";
}

BadReply with_status(const std::string& status, const std::string& headers = {}) {
  return {"status " + status, reply(status + " " + kWords, headers + length_of()), "status.* " + status};
}

BadReply with_length(const std::string& name, const std::string& headers) {
  return {name, reply("200 " + kWords, headers), "Content-Length that is not one decimal number"};
}

BadReply with_id(const std::string& name, const std::string& body, const std::string& reason) {
  return {name, raw(rtmpt_reply(body)), reason};
}

} // namespace

std::ostream& operator<<(std::ostream& out, const BadReply& reply) {
  return out << reply.name;
}

std::vector<BadReply> bad_replies() {
  const auto text = "Content-Type: text/html\r\n" + length_of(error_page());
  return {
      {"an endless header block", endless_headers(), "head"},
      with_status("404"),
      with_status("500", "Content-Type: text/html\r\n"),
      with_status("302", "Location: http://127.0.0.1/" + kWords + "\r\n"),
      with_status("204"),
      {"status 100", raw("HTTP/1.1 100 " + kWords + "\r\n\r\n"), "status.* 100"},
      {"chunked", reply("200 " + kWords, "Transfer-Encoding: chunked\r\n", "1\r\n\1\r\n0\r\n\r\n"),
       "Transfer-Encoding"},
      {"no length", reply("200 " + kWords, ""), "no Content-Length"},
      with_length("two lengths", length_of() + "Content-Length: 1\r\n"),
      with_length("a list of lengths", "Content-Length: 1, 1\r\n"),
      with_length("a negative length", "Content-Length: -1\r\n"),
      with_length("a signed length", "Content-Length: +1\r\n"),
      with_length("an absurd length", "Content-Length: 99999999999999999999999\r\n"),
      {"a huge length", reply("200 " + kWords, "Content-Length: 4000000000\r\n"), "Content-Length over"},
      {"more bytes than announced", reply("200 " + kWords, "Content-Length: 3\r\n"), "beyond its reply|is not HTTP"},
      {"fewer bytes than announced", cut_off(), "ended inside"},
      {"a compressed body", reply("200 OK", "Content-Encoding: gzip\r\n" + length_of()), "Content-Encoding"},
      {"an error page with status 200", reply("200 " + kWords, text, error_page()), "Content-Type of text"},
      {"garbage", raw("SSH-2.0-" + kWords + "\r\n"), "is not HTTP"},
      {"zeros", raw(std::string(5000, '\0')), "is not HTTP"},
      {"nothing at all", raw(""), "does not reply|no answer"},
  };
}

std::vector<BadReply> bad_open_replies() {
  const std::string odd = "odd_?character|character other than";
  return {
      with_id("no id", "\n", "empty"),
      with_id("no body", "", "empty"),
      with_id("an id with a slash", kWords + "/../open\n", odd),
      with_id("an id with a blank", kWords + " HTTP/1.1\n", odd),
      with_id("an id with a line break", kWords + "\r\nX: y\n", odd),
      with_id("an id with a percent sign", kWords + "%0d\n", odd),
      with_id("an id with a high byte", kWords + "\xff\n", odd),
      with_id("an id in brackets", "<" + kWords + ">\n", odd),
      with_id("an id that is too long", std::string(129, 'A') + "\n", "over 128"),
      with_id("an id without an end", kWords + std::string(100'000, 'A'), "too long|over 128"),
  };
}

} // namespace rtmpt_proxy::test
