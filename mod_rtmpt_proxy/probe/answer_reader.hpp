// SPDX-License-Identifier: Apache-2.0
// Reads an HTTP answer of a server about which nothing is known: a tunnel's, a site's error page, or no HTTP at all. It
// takes more than RTMPT clients do, and says what they could stumble over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::probe {

struct HttpAnswer {
  int status = 0;
  std::string reason;         // behind the status, as it came
  std::string server;         // the value of Server
  std::string location;       // of Location
  std::string type;           // of Content-Type
  bool is_http_1_1 = false;   // begins with "HTTP/1.1 "
  bool keeps_open = false;    // the connection stays for the next request
  bool is_chunked = false;    // Transfer-Encoding: chunked
  bool has_length = false;    // Content-Length
  bool spells_length = false; // and it is spelt exactly so
  std::string body;           // without the chunks' frames
};

enum class AnswerProgress : std::uint8_t { need_more, complete, bad };

enum class AnswerError : std::uint8_t {
  none,
  not_http,       // the first line is no status line
  head_too_large, // over kMaxHeadBytes
  bad_framing,    // no length that can be understood
  body_too_large, // over kMaxBodyBytes
};

// Words to stand after "the answer ".
std::string_view to_string(AnswerError error);

// One answer after the other, in pieces of any size. Memory is bounded by a head, a body, and a piece.
class AnswerReader {
 public:
  static constexpr std::size_t kMaxHeadBytes = 16u << 10;
  static constexpr std::size_t kMaxBodyBytes = 512u << 10;

  // Takes all of `bytes`. After complete call begin_next() before more is fed. After bad every call says bad.
  AnswerProgress feed(std::string_view bytes);

  // The connection has ended. That completes a body that has no other end.
  AnswerProgress end();

  // Forgets the answer. Bytes that came behind it belong to the next.
  void begin_next();

  const HttpAnswer& answer() const { return answer_; }
  AnswerError error() const { return error_; }
  // What of the unfinished answer has come, for a quotation; empty when nothing has.
  std::string_view unfinished() const { return bytes_; }

 private:
  enum class Framing : std::uint8_t { unknown, none, length, chunks, until_end };

  AnswerProgress go_on();
  bool read_head();
  bool read_status_line(std::string_view line);
  void read_field(std::string_view line);
  void choose_framing();
  AnswerProgress read_length();
  AnswerProgress read_chunks();
  AnswerProgress fail(AnswerError error);

  std::string bytes_; // not consumed yet
  std::size_t searched_bytes_ = 0;
  std::uint64_t length_bytes_ = 0;
  Framing framing_ = Framing::unknown;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool is_length_bad_ = false;
  HttpAnswer answer_;
  AnswerError error_ = AnswerError::none;
};

} // namespace rtmpt_proxy::probe
