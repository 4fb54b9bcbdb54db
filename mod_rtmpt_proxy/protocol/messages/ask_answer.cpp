// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/messages/ask_answer.hpp>
#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>
#include <rtmpt_proxy/protocol/text/percent_text.hpp>
#include <rtmpt_proxy/protocol/text/utf8.hpp>

#include <algorithm>
#include <optional>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::size_t kStatusAt = 9; // behind "HTTP/1.1 "
constexpr std::size_t kStatusDigits = 3;
constexpr int kUnauthorized = 401;

// The status in the beginning of a status line; 0: there is none.
int status_of(std::string_view line) {
  if (!line.starts_with(kVersion) || line.size() < kStatusAt + kStatusDigits || line[kStatusAt - 1] != ' ') return 0;
  int status = 0;
  for (const char digit : line.substr(kStatusAt, kStatusDigits)) {
    if (digit < '0' || digit > '9') return 0;
    status = status * 10 + (digit - '0');
  }
  return status >= 100 && status <= 599 ? status : 0;
}

bool is_name(std::string_view text, std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(text.begin(), text.end(), name.begin(), name.end(),
                    [&](char one, char other) { return lower(one) == lower(other); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

} // namespace

bool AskAnswerReader::feed(std::string_view bytes) {
  for (const char c : bytes)
    if (is_done_ || take(c)) return is_done_ = true;
  return is_done_;
}

bool AskAnswerReader::take(char c) {
  if (++taken_bytes_ > kMaxAskAnswerBytes) return fail();
  if (c == '\n') return take_line();
  line_ += c;
  return false;
}

bool AskAnswerReader::take_line() {
  if (line_.ends_with('\r')) line_.pop_back();
  const bool is_over = status_ == 0 ? take_status_line() : take_header();
  line_.clear();
  return is_over;
}

// Of a status other than these two the rest says nothing.
bool AskAnswerReader::take_status_line() {
  status_ = status_of(line_);
  if (status_ == 0) return fail();
  if (status_ == kAskAllowedStatus) return std::string_view(line_).substr(kStatusAt) == kAskAllowed ? false : fail();
  answer_.status = status_ == kUnauthorized ? 0 : status_;
  return status_ != kUnauthorized;
}

bool AskAnswerReader::take_header() {
  if (line_.empty()) {
    answer_ = {status_, std::string(cut_utf8(user_, kMaxAskUserBytes)), realm_};
    return true;
  }
  const std::string_view line(line_);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return fail();
  const std::string_view name = line.substr(0, colon);
  std::string* const text = is_name(name, kAskUserHeader) ? &user_ : is_name(name, kAskRealmHeader) ? &realm_ : nullptr;
  if (!text) return false;
  std::optional<std::string> value = percent_decoded(trimmed(line.substr(colon + 1)));
  if (!value || !text->empty()) return fail();
  *text = std::move(*value);
  return false;
}

bool AskAnswerReader::fail() {
  answer_ = {kAskUndecidedStatus, {}, {}};
  return true;
}

} // namespace rtmpt_proxy::protocol
