// The head of an HTTP reply, written so that every RTMPT client takes it: librtmp wants literally "HTTP/1.1 200 " and
// "Content-Length:", never chunked; all take "Connection: close" as the end.
#pragma once

#include "gateway/session/exchange.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::gateway {

// Head, and the polling interval byte when there is one, in storage of its own: no allocation.
class ReplyHead {
 public:
  // `body_bytes` of body follow, not counting the polling interval. `close` adds Connection: close.
  ReplyHead(std::uint16_t status, bool close, std::size_t body_bytes, std::optional<std::uint8_t> polling_interval);

  std::string_view text() const { return {storage_.data(), size_}; }

 private:
  void put(std::string_view text);

  std::array<char, 192> storage_{};
  std::size_t size_ = 0;
};

// "Not Found" and the like; statuses that the gateway itself gives.
std::string_view reason_phrase(std::uint16_t status);

// What stands in the body of a reply that carries no RTMP bytes: a short line for people.
std::string_view error_body(std::uint16_t status);

} // namespace rtmpt_proxy::gateway
