// SPDX-License-Identifier: Apache-2.0
// Reads the HTTP/1 requests of a handed-over connection, strictly: a request that two programs could understand
// differently is an error. Boost.Beast parses heads, ChunkReader parses chunked bodies, and this class adds the rules
// of the tunnel. It keeps one head and no bytes of a body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// Valid from HttpProgress::head until the next request's first byte is fed.
struct HttpRequestHead {
  bool is_post = false;
  std::string target;
  std::string host;
  bool keep_alive = false;
  bool expects_continue = false;
  bool has_content_length = false;
  bool is_chunked = false;
  std::uint64_t content_length = 0;
};

enum class HttpProgress : std::uint8_t {
  need_more, // feed more bytes, or allow more of the body
  head,      // the head is there; call again for the body, or refuse the request by its head
  body,      // body_piece() is there; call again for what follows
  complete,  // the body has come to its end
  bad,       // not HTTP/1, ambiguous lengths, or Host missing or twice: answer 400 and close
  head_too_large,
  body_too_large, // answer 413 and close
};

// Not thread-safe. After bad, head_too_large or body_too_large the connection is lost.
class HttpRequestReader {
 public:
  static constexpr std::size_t kMaxHeadBytes = 8192;
  static constexpr std::size_t kAnySize = std::numeric_limits<std::size_t>::max();

  explicit HttpRequestReader(std::size_t body_limit_bytes);
  ~HttpRequestReader();
  HttpRequestReader(const HttpRequestReader&) = delete;
  HttpRequestReader& operator=(const HttpRequestReader&) = delete;

  // Reads from the front of `bytes` and sets `consumed_bytes` to the number of used bytes. The caller passes the rest
  // again; after need_more with more bytes behind it. A piece of the body has at most `most_body_bytes`.
  HttpProgress feed(std::string_view bytes, std::size_t& consumed_bytes, std::size_t most_body_bytes = kAnySize);

  const HttpRequestHead& head() const;
  // After HttpProgress::body: points into the bytes last fed. A body whose bytes are all there comes in one piece,
  // unless it is chunked.
  std::string_view body_piece() const;

 private:
  struct Facts;
  class Parser;
  struct State;

  HttpProgress feed_head(std::string_view bytes, std::size_t& consumed_bytes);
  HttpProgress feed_body(std::string_view bytes, std::size_t& consumed_bytes, std::size_t most_body_bytes);
  HttpProgress feed_chunks(std::string_view bytes, std::size_t& consumed_bytes, std::size_t most_body_bytes);

  std::unique_ptr<State> state_;
};

} // namespace rtmpt_proxy::gateway
