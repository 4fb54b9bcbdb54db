// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/request_reader.hpp"

#include "gateway/http/beast_text.hpp"
#include "gateway/http/chunk_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <optional>

namespace rtmpt_proxy::gateway {

namespace http = boost::beast::http;
using boost::beast::string_view;

namespace {
bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}
} // namespace

// What is known about the request that is being read.
struct HttpRequestReader::Facts {
  explicit Facts(std::size_t limit) : body_limit_bytes(limit) {}

  std::size_t body_limit_bytes;
  HttpRequestHead head;
  bool ambiguous = false;
  bool host_seen = false;
  bool is_http_1_1 = false;
  bool head_reported = false;
  bool complete_reported = false;
  std::size_t head_bytes = 0;       // used so far; Beast's own limit counts only the bytes of one call
  std::size_t most_piece_bytes = 0; // the most bytes of the next piece
  std::string_view piece;

  void reset();
};

class HttpRequestReader::Parser : public http::basic_parser<true> {
 public:
  explicit Parser(Facts& facts) : facts_(facts) {
    header_limit(kMaxHeadBytes);
    body_limit(boost::none);
  }

 private:
  using Error = boost::beast::error_code;

  void on_request_impl(http::verb, string_view method, string_view target, int version, Error&) override {
    facts_.is_http_1_1 = version >= 11;
    facts_.head.is_post = method == "POST";
    facts_.head.target = std_view(target);
  }
  void on_response_impl(int, string_view, int, Error&) override {}

  void on_field_impl(http::field name, string_view, string_view value, Error&) override {
    HttpRequestHead& head = facts_.head;
    switch (name) {
    case http::field::host:
      facts_.ambiguous |= facts_.host_seen;
      facts_.host_seen = true;
      head.host = std_view(value);
      break;
    case http::field::content_length:
      // Beast accepts "5, 5"; other programs may not.
      facts_.ambiguous |= head.has_content_length || head.is_chunked || !is_digits(std_view(value));
      head.has_content_length = true;
      break;
    case http::field::transfer_encoding:
      facts_.ambiguous |= head.has_content_length || head.is_chunked || !boost::beast::iequals(value, "chunked");
      head.is_chunked = true;
      break;
    case http::field::expect: head.expects_continue = boost::beast::iequals(value, "100-continue"); break;
    default: break;
    }
  }
  void on_header_impl(Error&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, Error&) override {}
  // Beast offers again the bytes of a piece that are not taken.
  std::size_t on_body_impl(string_view bytes, Error&) override {
    facts_.piece = std_view(bytes).substr(0, facts_.most_piece_bytes);
    return facts_.piece.size();
  }
  // Chunks are read by ChunkReader.
  void on_chunk_header_impl(std::uint64_t, string_view, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, Error&) override { return 0; }
  void on_finish_impl(Error&) override {}

  Facts& facts_;
};

struct HttpRequestReader::State : Facts {
  explicit State(std::size_t limit) : Facts(limit) { parser.emplace(*this); }

  void next_request() {
    reset();
    parser.emplace(*this);
    chunks.reset();
  }

  std::optional<Parser> parser;
  std::optional<ChunkReader> chunks; // when the body is chunked: reads what follows the head
};

void HttpRequestReader::Facts::reset() {
  head.is_post = head.keep_alive = head.expects_continue = head.has_content_length = head.is_chunked = false;
  head.target.clear();
  head.host.clear();
  head.content_length = 0;
  head_bytes = 0;
  ambiguous = host_seen = is_http_1_1 = head_reported = complete_reported = false;
  piece = {};
}

HttpRequestReader::HttpRequestReader(std::size_t body_limit_bytes)
    : state_(std::make_unique<State>(body_limit_bytes)) {}

HttpRequestReader::~HttpRequestReader() = default;

const HttpRequestHead& HttpRequestReader::head() const {
  return state_->head;
}

std::string_view HttpRequestReader::body_piece() const {
  return state_->piece;
}

HttpProgress HttpRequestReader::feed(std::string_view bytes, std::size_t& consumed_bytes, std::size_t most_body_bytes) {
  consumed_bytes = 0;
  if (state_->complete_reported && !bytes.empty()) state_->next_request();
  if (!state_->head_reported) return feed_head(bytes, consumed_bytes);
  return state_->chunks ? feed_chunks(bytes, consumed_bytes, most_body_bytes)
                        : feed_body(bytes, consumed_bytes, most_body_bytes);
}

HttpProgress HttpRequestReader::feed_head(std::string_view bytes, std::size_t& consumed_bytes) {
  if (bytes.empty()) return HttpProgress::need_more;
  boost::beast::error_code error;
  Parser& parser = *state_->parser;
  consumed_bytes = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  state_->head_bytes += consumed_bytes;
  if (error == http::error::header_limit || state_->head_bytes > kMaxHeadBytes) return HttpProgress::head_too_large;
  if (error == http::error::need_more) return HttpProgress::need_more;
  if (error || state_->ambiguous) return HttpProgress::bad;
  if (!parser.is_header_done()) return HttpProgress::need_more;
  HttpRequestHead& head = state_->head;
  head.keep_alive = parser.keep_alive() && state_->is_http_1_1; // HTTP/1.0 gets one request a connection
  if (const auto length = parser.content_length()) head.content_length = *length;
  if (!state_->host_seen && state_->is_http_1_1) return HttpProgress::bad;
  // RFC 9112 6.1 calls this faulty framing; RFC 9110 10.1.1 has an HTTP/1.0 client's expectation ignored.
  if (head.is_chunked && !state_->is_http_1_1) return HttpProgress::bad;
  head.expects_continue = head.expects_continue && state_->is_http_1_1;
  state_->head_reported = true;
  if (head.is_chunked) state_->chunks.emplace(state_->body_limit_bytes);
  return HttpProgress::head;
}

HttpProgress HttpRequestReader::feed_body(std::string_view bytes, std::size_t& consumed_bytes,
                                          std::size_t most_body_bytes) {
  Parser& parser = *state_->parser;
  state_->piece = {};
  state_->most_piece_bytes = most_body_bytes;
  if (state_->head.content_length > state_->body_limit_bytes) return HttpProgress::body_too_large;
  while (!parser.is_done()) {
    if (bytes.empty()) return HttpProgress::need_more;
    boost::beast::error_code error;
    const std::size_t used = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    consumed_bytes += used;
    bytes.remove_prefix(used);
    if (error == http::error::need_more) return HttpProgress::need_more;
    if (error) return HttpProgress::bad;
    if (!state_->piece.empty()) return HttpProgress::body;
    if (used == 0) return HttpProgress::need_more; // nothing more of the body is allowed
  }
  if (state_->complete_reported) return HttpProgress::need_more;
  state_->complete_reported = true;
  return HttpProgress::complete;
}

HttpProgress HttpRequestReader::feed_chunks(std::string_view bytes, std::size_t& consumed_bytes,
                                            std::size_t most_body_bytes) {
  state_->piece = {};
  if (state_->complete_reported) return HttpProgress::need_more;
  switch (state_->chunks->feed(bytes, consumed_bytes, most_body_bytes)) {
  case ChunkReader::Progress::need_more: return HttpProgress::need_more;
  case ChunkReader::Progress::piece: state_->piece = state_->chunks->piece(); return HttpProgress::body;
  case ChunkReader::Progress::complete: state_->complete_reported = true; return HttpProgress::complete;
  case ChunkReader::Progress::too_large: return HttpProgress::body_too_large;
  case ChunkReader::Progress::bad: break;
  }
  return HttpProgress::bad;
}

} // namespace rtmpt_proxy::gateway
