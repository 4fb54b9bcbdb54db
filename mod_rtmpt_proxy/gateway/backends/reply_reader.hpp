// SPDX-License-Identifier: Apache-2.0
// Reads the HTTP/1 replies of an RTMPT server, strictly: a reply is good when its status is 200 and its Content-Length
// says where it ends; whatever two programs could understand differently is an error. Boost.Beast parses the lines of
// the head; this adds the rules and the bounds. Nothing of the server's text is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace rtmpt_proxy::gateway {

enum class ReplyProgress : std::uint8_t {
  need_more, // feed more bytes
  head,      // the head is there: head(); call again for the body
  data,      // piece() is there, a part of the body; call again
  complete,  // the reply is over; the next feed() begins the next reply
  bad,       // error() says why; the connection is lost
};

// The first that shows, in the order of the reply's lines.
enum class ReplyError : std::uint8_t {
  none,
  not_http,         // no status line of HTTP/1.0 or 1.1, a bare CR or LF, a NUL, a folded line, a malformed field
  head_too_large,   // no end of the head within kMaxHeadBytes
  wrong_status,     // anything but 200, also 1xx; head().status tells
  no_length,        // no Content-Length, which means "until the connection closes"
  chunked,          // a Transfer-Encoding of any kind
  ambiguous_length, // Content-Length twice, a list, signed, no decimal number, or over 64 bits
  body_too_large,   // Content-Length over kMaxBodyBytes; head().content_length tells
  encoded,          // a Content-Encoding other than identity
  wrong_type,       // a Content-Type of text/: an error page for people that came with status 200
};

// Words for an error line, to stand after "the backend's reply ": "has no Content-Length".
std::string_view to_string(ReplyError error);

// Valid from ReplyProgress::head until a byte of the next reply is fed. After ReplyProgress::bad it holds what was read
// before the error.
struct HttpReplyHead {
  int status = 0; // 0 until the status line was read
  // Another request may follow on this connection: HTTP/1.1 without "close", HTTP/1.0 with "keep-alive" and no "close".
  bool keep_alive = false;
  std::uint64_t content_length = 0;
};

// Not thread-safe. Each byte is looked at once, however small the pieces that come: its cost does not grow with them.
// Allocates when constructed and never again. What was moved from may only be assigned to or destroyed.
class HttpReplyReader {
 public:
  static constexpr std::size_t kMaxHeadBytes = 8192; // status line, fields and the empty line
  static constexpr std::uint64_t kMaxBodyBytes = 16u << 20;

  HttpReplyReader();
  ~HttpReplyReader();
  HttpReplyReader(HttpReplyReader&&) noexcept;
  HttpReplyReader& operator=(HttpReplyReader&&) noexcept;

  // Reads from the front of `bytes` and says in `consumed_bytes` how many are done with; the caller presents the rest
  // again, with more behind it after need_more. The rest is then part of one line, so shorter than kMaxHeadBytes.
  // After bad every call says bad.
  ReplyProgress feed(std::string_view bytes, std::size_t& consumed_bytes);

  const HttpReplyHead& head() const;
  // After data: a part of the body, never empty, inside the bytes last fed; bodies are not collected. Else empty.
  std::string_view piece() const;
  ReplyError error() const;

  // A byte of a reply was fed, consumed or not, and complete was not said: a connection that closes now cuts it off.
  bool in_reply() const;

 private:
  class Parser;
  struct State;

  ReplyProgress feed_head(std::string_view bytes, std::size_t& consumed_bytes);
  ReplyProgress feed_body(std::string_view bytes, std::size_t& consumed_bytes);

  std::unique_ptr<State> state_;
};

} // namespace rtmpt_proxy::gateway
