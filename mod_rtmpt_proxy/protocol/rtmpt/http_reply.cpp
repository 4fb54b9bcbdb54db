// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/http_reply.hpp>

#include <charconv>
#include <cstring>

namespace rtmpt_proxy::protocol {

namespace {
constexpr std::size_t kPollingBytes = 1;
}

std::string_view reason_phrase(std::uint16_t status) {
  switch (status) {
  case 200: return "OK";
  case 400: return "Bad Request";
  case 404: return "Not Found";
  case 408: return "Request Timeout";
  case 413: return "Content Too Large";
  case 421: return "Misdirected Request";
  case 431: return "Request Header Fields Too Large";
  case 503: return "Service Unavailable";
  case 508: return "Loop Detected";
  default: return "Error";
  }
}

std::string_view error_body(std::uint16_t status) {
  switch (status) {
  case 400: return "bad tunnel request\n";
  case 404: return "no such session\n";
  case 408: return "the request did not arrive in time\n";
  case 413: return "the request body is too large\n";
  case 421: return "this connection carries streams only; ask again on another\n";
  case 431: return "the request header is too large\n";
  case 503: return "the stream cannot be served now\n";
  case 508: return "the stream comes back to this server\n";
  default: return "the tunnel request failed\n";
  }
}

ReplyHead::ReplyHead(std::uint16_t status, bool close, std::size_t body_bytes,
                     std::optional<std::uint8_t> polling_interval) {
  std::array<char, 24> digits{};
  put("HTTP/1.1 ");
  put({digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), status).ptr});
  put(" ");
  put(reason_phrase(status));
  put("\r\nContent-Type: ");
  put(status == 200 ? kStreamType : kTextType);
  if (close) put("\r\nConnection: close");
  put("\r\nContent-Length: ");
  const std::size_t length_bytes = body_bytes + (polling_interval ? kPollingBytes : 0);
  put({digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), length_bytes).ptr});
  put("\r\n\r\n");
  if (polling_interval) put({reinterpret_cast<const char*>(&*polling_interval), kPollingBytes});
}

void ReplyHead::put(std::string_view text) {
  std::memcpy(storage_.data() + size_, text.data(), text.size());
  size_ += text.size();
}

} // namespace rtmpt_proxy::protocol
