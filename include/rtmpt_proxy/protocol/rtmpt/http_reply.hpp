// SPDX-License-Identifier: Apache-2.0
// The HTTP replies to tunnel requests, for the module and the gateway, in a form that every RTMPT client understands.
// librtmp needs literally "HTTP/1.1 200 " and "Content-Length:", and no chunked body. All clients take
// "Connection: close" as the end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::protocol {

// The Content-Type of a reply with RTMP bytes, and of every other reply.
inline constexpr std::string_view kStreamType = "application/x-fcs";
inline constexpr std::string_view kTextType = "text/plain";

// A client with "Expect: 100-continue" waits for this before it sends the body. The final reply follows later.
inline constexpr std::string_view kContinueReply = "HTTP/1.1 100 Continue\r\n\r\n";

// "Not Found" and so on, for the statuses that tunnel requests are answered with.
std::string_view reason_phrase(std::uint16_t status);

// The body of a reply without RTMP bytes: a short line for people.
std::string_view error_body(std::uint16_t status);

// The head, and the polling byte when there is one, in the object's own storage, without an allocation.
class ReplyHead {
 public:
  // `body_bytes` bytes of body follow, not counting the polling byte. `close` adds Connection: close.
  ReplyHead(std::uint16_t status, bool close, std::size_t body_bytes, std::optional<std::uint8_t> polling_interval);

  // Valid as long as the object.
  std::string_view text() const { return {storage_.data(), size_}; }

 private:
  void put(std::string_view text);

  std::array<char, 192> storage_{};
  std::size_t size_ = 0;
};

} // namespace rtmpt_proxy::protocol
