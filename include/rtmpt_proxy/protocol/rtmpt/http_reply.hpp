// The head of an HTTP reply in a form that every RTMPT client understands. librtmp needs literally "HTTP/1.1 200 " and
// "Content-Length:", and no chunked body. All clients take "Connection: close" as the end.
#pragma once

#include "gateway/session/exchange.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::gateway {

// The head, and the polling byte when there is one, in the object's own storage, without an allocation.
class ReplyHead {
 public:
  // `body_bytes` bytes of body follow, not counting the polling byte. `close` adds Connection: close.
  ReplyHead(std::uint16_t status, bool close, std::size_t body_bytes, std::optional<std::uint8_t> polling_interval);

  std::string_view text() const { return {storage_.data(), size_}; }

 private:
  void put(std::string_view text);

  std::array<char, 192> storage_{};
  std::size_t size_ = 0;
};

// "Not Found" and so on, for the statuses that the gateway itself uses.
std::string_view reason_phrase(std::uint16_t status);

// The body of a reply without RTMP bytes: a short line for people.
std::string_view error_body(std::uint16_t status);

} // namespace rtmpt_proxy::gateway
