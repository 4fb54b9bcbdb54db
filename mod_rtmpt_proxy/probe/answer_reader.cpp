// SPDX-License-Identifier: Apache-2.0
#include "probe/answer_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace rtmpt_proxy::probe {

namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHttpVersion = "HTTP/1.";
constexpr std::size_t kStatusAt = 9; // behind "HTTP/1.1 "
constexpr std::size_t kMaxChunkLineBytes = 256;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

// The number that is all of `text`.
bool read_number(std::string_view text, int base, std::uint64_t& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  return !text.empty() && error == std::errc{} && stop == end;
}

// Whether bytes may still become a status line.
bool may_be_http(std::string_view bytes) {
  const std::size_t shown = std::min(bytes.size(), kHttpVersion.size());
  return bytes.substr(0, shown) == kHttpVersion.substr(0, shown);
}

} // namespace

std::string_view to_string(AnswerError error) {
  switch (error) {
  case AnswerError::none: return "is good";
  case AnswerError::not_http: return "is not HTTP/1";
  case AnswerError::head_too_large: return "has a head of over 16 KiB";
  case AnswerError::bad_framing: return "does not tell the length of its body";
  case AnswerError::body_too_large: return "has a body of over 512 KiB";
  }
  return "has an unknown fault";
}

AnswerProgress AnswerReader::feed(std::string_view bytes) {
  if (error_ != AnswerError::none) return AnswerProgress::bad;
  bytes_ += bytes;
  return go_on();
}

AnswerProgress AnswerReader::end() {
  if (error_ != AnswerError::none) return AnswerProgress::bad;
  if (framing_ != Framing::until_end) return AnswerProgress::need_more;
  answer_.body = std::exchange(bytes_, {});
  return AnswerProgress::complete;
}

void AnswerReader::begin_next() {
  std::string rest = std::exchange(bytes_, {});
  *this = AnswerReader();
  bytes_ = std::move(rest);
}

AnswerProgress AnswerReader::go_on() {
  while (framing_ == Framing::unknown) {
    if (!may_be_http(bytes_)) return fail(AnswerError::not_http);
    const std::size_t end = bytes_.find(kHeadEnd, searched_bytes_);
    if (std::min(end, bytes_.size()) > kMaxHeadBytes) return fail(AnswerError::head_too_large);
    searched_bytes_ = bytes_.size() < kHeadEnd.size() ? 0 : bytes_.size() - kHeadEnd.size() + 1;
    if (end == std::string::npos) return AnswerProgress::need_more;
    if (!read_head()) return AnswerProgress::bad;
  }
  switch (framing_) {
  case Framing::chunks: return read_chunks();
  case Framing::until_end:
    return bytes_.size() > kMaxBodyBytes ? fail(AnswerError::body_too_large) : AnswerProgress::need_more;
  case Framing::unknown:
  case Framing::none:
  case Framing::length: break;
  }
  return read_length();
}

// False after an error. An interim answer (1xx) is passed over.
bool AnswerReader::read_head() {
  const std::size_t end = bytes_.find(kHeadEnd);
  std::string_view head = std::string_view(bytes_).substr(0, end);
  std::size_t line_end = std::min(head.find(kLineEnd), head.size());
  if (!read_status_line(head.substr(0, line_end))) {
    fail(AnswerError::not_http);
    return false;
  }
  while (line_end < head.size()) {
    head.remove_prefix(line_end + kLineEnd.size());
    line_end = std::min(head.find(kLineEnd), head.size());
    read_field(head.substr(0, line_end));
  }
  bytes_.erase(0, end + kHeadEnd.size());
  searched_bytes_ = 0;
  if (answer_.status < 200) {
    answer_ = {};
    return true;
  }
  choose_framing();
  if (is_length_bad_) fail(AnswerError::bad_framing);
  return error_ == AnswerError::none;
}

bool AnswerReader::read_status_line(std::string_view line) {
  std::uint64_t status = 0;
  if (line.size() < kStatusAt + 3 || line[kStatusAt - 1] != ' ') return false;
  if (!read_number(line.substr(kStatusAt, 3), 10, status) || status < 100) return false;
  if (line.size() > kStatusAt + 3 && line[kStatusAt + 3] != ' ') return false;
  answer_.status = static_cast<int>(status);
  answer_.is_http_1_1 = line.starts_with("HTTP/1.1 ");
  answer_.reason = trimmed(line.substr(kStatusAt + 3));
  return true;
}

void AnswerReader::read_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string name = lower(line.substr(0, colon));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "server") answer_.server = value;
  if (name == "location") answer_.location = value;
  if (name == "content-type") answer_.type = value;
  if (name == "connection" || name == "proxy-connection") {
    says_close_ = says_close_ || lower(value).find("close") != std::string::npos;
    says_keep_alive_ = says_keep_alive_ || lower(value).find("keep-alive") != std::string::npos;
  }
  if (name == "transfer-encoding") answer_.is_chunked = lower(value) == "chunked";
  if (name != "content-length") return;
  std::uint64_t length = 0;
  if (!read_number(value, 10, length) || (answer_.has_length && length != length_bytes_)) is_length_bad_ = true;
  length_bytes_ = length;
  answer_.has_length = true;
  answer_.spells_length = line.starts_with("Content-Length:");
}

void AnswerReader::choose_framing() {
  answer_.keeps_open = !says_close_ && (answer_.is_http_1_1 || says_keep_alive_);
  if (answer_.status == 204 || answer_.status == 304)
    framing_ = Framing::none;
  else if (answer_.is_chunked)
    framing_ = Framing::chunks;
  else
    framing_ = answer_.has_length ? Framing::length : Framing::until_end;
  if (framing_ == Framing::none) length_bytes_ = 0;
  if (framing_ == Framing::until_end) answer_.keeps_open = false;
}

AnswerProgress AnswerReader::read_length() {
  if (length_bytes_ > kMaxBodyBytes) return fail(AnswerError::body_too_large);
  if (bytes_.size() < length_bytes_) return AnswerProgress::need_more;
  answer_.body = bytes_.substr(0, length_bytes_);
  bytes_.erase(0, length_bytes_);
  return AnswerProgress::complete;
}

// Consumes whole chunks. Extensions of a chunk and the trailer are passed over.
AnswerProgress AnswerReader::read_chunks() {
  for (;;) {
    const std::size_t line_end = bytes_.find(kLineEnd);
    if (std::min(line_end, bytes_.size()) > kMaxChunkLineBytes) return fail(AnswerError::bad_framing);
    if (line_end == std::string::npos) return AnswerProgress::need_more;
    const std::string_view line = std::string_view(bytes_).substr(0, line_end);
    std::uint64_t size = 0;
    if (!read_number(trimmed(line.substr(0, line.find(';'))), 16, size)) return fail(AnswerError::bad_framing);
    if (size > kMaxBodyBytes || answer_.body.size() + size > kMaxBodyBytes) return fail(AnswerError::body_too_large);
    const std::size_t begin = line_end + kLineEnd.size();
    if (size == 0) {
      // The empty line that ends the trailer, which begins with the end of the last chunk's line.
      const std::size_t end = bytes_.find(kHeadEnd, line_end);
      if (std::min(end, bytes_.size()) > kMaxHeadBytes) return fail(AnswerError::bad_framing);
      if (end == std::string::npos) return AnswerProgress::need_more;
      bytes_.erase(0, end + kHeadEnd.size());
      return AnswerProgress::complete;
    }
    if (bytes_.size() < begin + size + kLineEnd.size()) return AnswerProgress::need_more;
    if (std::string_view(bytes_).substr(begin + size, kLineEnd.size()) != kLineEnd)
      return fail(AnswerError::bad_framing);
    answer_.body.append(bytes_, begin, size);
    bytes_.erase(0, begin + size + kLineEnd.size());
  }
}

AnswerProgress AnswerReader::fail(AnswerError error) {
  error_ = error;
  return AnswerProgress::bad;
}

} // namespace rtmpt_proxy::probe
