// Reads the HTTP/1 requests of a handed-over connection, strictly: what two programs could understand differently is an
// error. Boost.Beast parses; this adds the rules that a tunnel needs and keeps no more than one request.
#pragma once

#include <cstddef>
#include <cstdint>
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
  need_more, // feed more bytes
  head,      // the head is there; call again for the body, or refuse the request by its head
  complete,  // body() is there
  bad,       // not HTTP/1, ambiguous lengths, or Host missing or twice: answer 400 and close
  head_too_large,
  body_too_large, // answer 413 and close
};

// Not thread-safe. After bad, head_too_large or body_too_large the connection is lost.
class HttpRequestReader {
 public:
  static constexpr std::size_t kMaxHeadBytes = 8192;

  explicit HttpRequestReader(std::size_t body_limit_bytes);
  ~HttpRequestReader();
  HttpRequestReader(const HttpRequestReader&) = delete;
  HttpRequestReader& operator=(const HttpRequestReader&) = delete;

  // Reads from the front of `bytes` and says in `consumed_bytes` how many are done with; the caller presents the rest
  // again, with more behind it after need_more. body() may point into `bytes`.
  HttpProgress feed(std::string_view bytes, std::size_t& consumed_bytes);

  const HttpRequestHead& head() const;
  // The body of a complete request, as long as the bytes last fed live.
  std::string_view body() const;

  // Something of a request was consumed, and it is not complete.
  bool in_body() const;

 private:
  struct Facts;
  class Parser;
  struct State;

  HttpProgress feed_head(std::string_view bytes, std::size_t& consumed_bytes);
  HttpProgress feed_body(std::string_view bytes, std::size_t& consumed_bytes);

  std::unique_ptr<State> state_;
};

} // namespace rtmpt_proxy::gateway
