// SPDX-License-Identifier: Apache-2.0
#include "support/peers/rtmpt_request.hpp"

#include <charconv>
#include <limits>
#include <regex>

namespace rtmpt_proxy::test {

namespace {

constexpr std::size_t kMostHeadBytes = 64 * 1024; // an end for what has no end
constexpr std::string_view kHeadEnd = "\r\n\r\n";

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

std::size_t content_length(const RtmptRequest& request) {
  const auto text = request.header("Content-Length");
  std::size_t length = 0;
  if (!text || count_of(request.head, "\r\nContent-Length:") != 1) {
    throw BadRequest("not exactly one Content-Length: " + request.head);
  }
  const auto end = text->data() + text->size();
  if (std::from_chars(text->data(), end, length).ptr != end || text->empty()) {
    throw BadRequest("a Content-Length that is no number: " + request.head);
  }
  if (request.head.find("\r\nTransfer-Encoding:") != std::string::npos) throw BadRequest("chunked: " + request.head);
  return length;
}

void read_request_line(RtmptRequest& request) {
  static const std::regex session_line(R"(POST /(send|idle|close)/([^/ ]+)/(0|[1-9][0-9]{0,9}) HTTP/1\.1)");
  const auto line = request.head.substr(0, request.head.find("\r\n"));
  std::smatch match;
  if (line == "POST /open/1 HTTP/1.1") {
    request.kind = "open";
  } else if (std::regex_match(line, match, session_line)) {
    request.kind = match[1];
    request.id = match[2];
    const auto number = std::stoull(match[3]);
    if (number > std::numeric_limits<std::uint32_t>::max()) throw BadRequest("a number too large: '" + line + "'");
    request.number = static_cast<std::uint32_t>(number);
  } else {
    throw BadRequest("not a request of RTMPT: '" + line + "'");
  }
}

} // namespace

std::optional<std::string> RtmptRequest::header(std::string_view name) const {
  const auto wanted = "\r\n" + std::string(name) + ": ";
  const auto found = head.find(wanted);
  if (found == std::string::npos) return std::nullopt;
  const auto begin = found + wanted.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::optional<RtmptRequest> take_request(std::string& bytes) {
  const auto end = bytes.find(kHeadEnd);
  if (end == std::string::npos) {
    if (bytes.size() > kMostHeadBytes) throw BadRequest("no end of the headers in " + std::to_string(bytes.size()));
    return std::nullopt;
  }
  RtmptRequest request;
  request.head = bytes.substr(0, end + kHeadEnd.size());
  read_request_line(request);
  const auto whole_bytes = request.head.size() + content_length(request);
  if (bytes.size() < whole_bytes) return std::nullopt;
  request.body = bytes.substr(request.head.size(), whole_bytes - request.head.size());
  bytes.erase(0, whole_bytes);
  return request;
}

} // namespace rtmpt_proxy::test
