// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/reply_reader.hpp"

#include "gateway/http/beast_text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <charconv>
#include <optional>

namespace rtmpt_proxy::gateway {

namespace http = boost::beast::http;
using boost::beast::iequals;
using boost::beast::string_view;

namespace {

constexpr std::string_view kBegin = "HTTP/1.";
constexpr std::size_t kLineEndBytes = 2;
constexpr std::string_view kTextType = "text/";

enum class Stage : std::uint8_t { between, head, body, failed };

// Beast refuses some fields before our own rules see them.
ReplyError reply_error(const boost::beast::error_code& error) {
  if (error == http::error::bad_content_length || error == http::error::multiple_content_length)
    return ReplyError::ambiguous_length;
  if (error == http::error::bad_transfer_encoding) return ReplyError::chunked;
  return ReplyError::not_http;
}

} // namespace

// Takes the head line by line; the body does not need it.
class HttpReplyReader::Parser : public http::basic_parser<false> {
 public:
  explicit Parser(State& reply) : reply_(reply) {
    header_limit(kMaxHeadBytes);
    body_limit(boost::none); // ours is checked in the field
  }

 private:
  using Error = boost::beast::error_code;

  void on_response_impl(int status, string_view, int version, Error& error) override;
  void on_field_impl(http::field name, string_view, string_view value, Error& error) override;

  void on_request_impl(http::verb, string_view, string_view, int, Error&) override {}
  void on_header_impl(Error&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, Error&) override {}
  std::size_t on_body_impl(string_view piece, Error&) override { return piece.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view piece, Error&) override { return piece.size(); }
  void on_finish_impl(Error&) override {}

  void take_connection(string_view value);
  void take_length(std::string_view value, Error& error);
  void refuse(ReplyError why, Error& error);

  State& reply_;
};

struct HttpReplyReader::State {
  State() { parser.emplace(*this); }

  void begin_reply();
  void fail(ReplyError why) {
    error = why;
    stage = Stage::failed;
  }
  // The next line's size with its CRLF, as soon as the line can be taken; else 0.
  std::size_t find_line(std::string_view rest);
  void take_line(std::string_view rest, std::size_t line_bytes);
  void finish_head();

  Stage stage = Stage::between;
  ReplyError error = ReplyError::none;
  HttpReplyHead head;
  bool is_http_1_1 = false;
  bool says_close = false;
  bool says_keep_alive = false;
  bool has_length = false;
  std::size_t head_bytes = 0;     // of lines that were taken
  std::size_t searched_bytes = 0; // of the line that is not taken yet, without its end
  std::uint64_t left_bytes = 0;   // of the body
  std::string_view piece;
  std::optional<Parser> parser;
};

void HttpReplyReader::Parser::refuse(ReplyError why, Error& error) {
  reply_.fail(why);
  error = http::error::bad_value; // ends Beast's parsing; State::error says why
}

void HttpReplyReader::Parser::on_response_impl(int status, string_view, int version, Error& error) {
  reply_.head.status = status;
  reply_.is_http_1_1 = version >= 11;
  if (status != 200) refuse(ReplyError::wrong_status, error);
}

void HttpReplyReader::Parser::on_field_impl(http::field name, string_view, string_view value, Error& error) {
  switch (name) {
  case http::field::connection: take_connection(value); break;
  case http::field::content_length: take_length(std_view(value), error); break;
  case http::field::transfer_encoding: refuse(ReplyError::chunked, error); break;
  case http::field::content_encoding:
    if (!iequals(value, "identity")) refuse(ReplyError::encoded, error);
    break;
  case http::field::content_type:
    if (iequals(value.substr(0, kTextType.size()), {kTextType.data(), kTextType.size()}))
      refuse(ReplyError::wrong_type, error);
    break;
  default: break;
  }
}

// Not Beast's keep_alive(), which takes Proxy-Connection as well and lets keep-alive win over close in HTTP/1.0.
void HttpReplyReader::Parser::take_connection(string_view value) {
  for (const string_view option : http::token_list(value)) {
    reply_.says_close |= iequals(option, "close");
    reply_.says_keep_alive |= iequals(option, "keep-alive");
  }
}

// Beast takes "5, 5", and 5 twice; others may not (RFC 9112 6.3).
void HttpReplyReader::Parser::take_length(std::string_view value, Error& error) {
  const char* const end = value.data() + value.size();
  const auto [stop, code] = std::from_chars(value.data(), end, reply_.head.content_length); // takes no sign, no blank
  if (reply_.has_length || code != std::errc{} || stop != end) return refuse(ReplyError::ambiguous_length, error);
  reply_.has_length = true;
  if (reply_.head.content_length > kMaxBodyBytes) refuse(ReplyError::body_too_large, error);
}

void HttpReplyReader::State::begin_reply() {
  stage = Stage::head;
  head = {};
  is_http_1_1 = says_close = says_keep_alive = has_length = false;
  head_bytes = searched_bytes = 0;
  parser.emplace(*this);
}

// Whole lines, because Beast, once it asked for more, looks at nothing again before the end of the whole head.
std::size_t HttpReplyReader::State::find_line(std::string_view rest) {
  const bool is_status_line = head_bytes == 0;
  const bool is_other_protocol = is_status_line && rest.substr(0, kBegin.size()) != kBegin.substr(0, rest.size());
  const std::size_t room_bytes = kMaxHeadBytes - head_bytes;
  const std::size_t end = rest.substr(0, room_bytes).find('\n', searched_bytes);
  const bool has_end = end != std::string_view::npos;
  const bool has_odd_end = has_end && (end == 0 || rest[end - 1] != '\r' || (rest[0] == '\r' && end > 1));
  searched_bytes = has_end ? end : rest.size();
  if (is_other_protocol || has_odd_end) // another protocol's bytes need not have lines
    fail(ReplyError::not_http);
  else if (!has_end && rest.size() >= room_bytes)
    fail(ReplyError::head_too_large);
  if (!has_end || stage == Stage::failed) return 0;

  const std::size_t line_bytes = end + 1;
  const bool is_field = !is_status_line && line_bytes > kLineEndBytes;
  return is_field && rest.size() == line_bytes ? 0 : line_bytes; // the byte behind a field says whether it is folded
}

void HttpReplyReader::State::take_line(std::string_view rest, std::size_t line_bytes) {
  const bool is_field = head_bytes > 0 && line_bytes > kLineEndBytes;
  const std::size_t shown_bytes = line_bytes + (is_field ? 1 : 0);
  boost::beast::error_code code;
  const std::size_t used_bytes = parser->put(boost::asio::buffer(rest.data(), shown_bytes), code);
  if (error != ReplyError::none) return;
  if (code && code != http::error::need_more) return fail(reply_error(code));
  if (used_bytes != line_bytes) return fail(ReplyError::not_http); // too short, or folded: Beast wants the next
  head_bytes += line_bytes;
  searched_bytes = 0;
  if (parser->is_header_done()) finish_head();
}

void HttpReplyReader::State::finish_head() {
  if (!has_length) return fail(ReplyError::no_length);
  head.keep_alive = !says_close && (is_http_1_1 || says_keep_alive);
  left_bytes = head.content_length;
  stage = Stage::body;
}

HttpReplyReader::HttpReplyReader() : state_(std::make_unique<State>()) {}
HttpReplyReader::~HttpReplyReader() = default;
HttpReplyReader::HttpReplyReader(HttpReplyReader&&) noexcept = default;
HttpReplyReader& HttpReplyReader::operator=(HttpReplyReader&&) noexcept = default;

const HttpReplyHead& HttpReplyReader::head() const {
  return state_->head;
}

std::string_view HttpReplyReader::piece() const {
  return state_->piece;
}

ReplyError HttpReplyReader::error() const {
  return state_->error;
}

bool HttpReplyReader::in_reply() const {
  return state_->stage != Stage::between;
}

ReplyProgress HttpReplyReader::feed(std::string_view bytes, std::size_t& consumed_bytes) {
  consumed_bytes = 0;
  state_->piece = {};
  if (state_->stage == Stage::failed) return ReplyProgress::bad;
  if (state_->stage == Stage::body) return feed_body(bytes, consumed_bytes);
  if (bytes.empty()) return ReplyProgress::need_more;
  if (state_->stage == Stage::between) state_->begin_reply();
  return feed_head(bytes, consumed_bytes);
}

ReplyProgress HttpReplyReader::feed_head(std::string_view bytes, std::size_t& consumed_bytes) {
  State& state = *state_;
  while (state.stage == Stage::head) {
    const std::string_view rest = bytes.substr(consumed_bytes);
    const std::size_t line_bytes = state.find_line(rest);
    if (state.stage == Stage::failed) break;
    if (line_bytes == 0) return ReplyProgress::need_more;
    state.take_line(rest, line_bytes);
    if (state.stage != Stage::failed) consumed_bytes += line_bytes;
  }
  return state.stage == Stage::failed ? ReplyProgress::bad : ReplyProgress::head;
}

ReplyProgress HttpReplyReader::feed_body(std::string_view bytes, std::size_t& consumed_bytes) {
  State& state = *state_;
  if (state.left_bytes == 0) {
    state.stage = Stage::between;
    return ReplyProgress::complete;
  }
  if (bytes.empty()) return ReplyProgress::need_more;
  state.piece = bytes.substr(0, static_cast<std::size_t>(state.left_bytes)); // kMaxBodyBytes fits
  consumed_bytes = state.piece.size();
  state.left_bytes -= consumed_bytes;
  return ReplyProgress::data;
}

std::string_view to_string(ReplyError error) {
  switch (error) {
  case ReplyError::none: return "is good";
  case ReplyError::not_http: return "is not HTTP/1.1 or HTTP/1.0";
  case ReplyError::head_too_large: return "has a head over 8192 bytes";
  case ReplyError::wrong_status: return "has a status other than 200";
  case ReplyError::no_length: return "has no Content-Length";
  case ReplyError::chunked: return "has a Transfer-Encoding, and a Content-Length was expected";
  case ReplyError::ambiguous_length: return "has a Content-Length that is not one decimal number";
  case ReplyError::body_too_large: return "has a Content-Length over 16777216";
  case ReplyError::encoded: return "has a Content-Encoding";
  case ReplyError::wrong_type: return "has a Content-Type of text";
  }
  return "has an unknown error";
}

} // namespace rtmpt_proxy::gateway
