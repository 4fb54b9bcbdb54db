// SPDX-License-Identifier: Apache-2.0
#include "probe/shown_text.hpp"

#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <algorithm>

namespace rtmpt_proxy::probe {

namespace {

constexpr std::string_view kMessage = "RTMPT";
constexpr std::size_t kDigits = 3;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Where the element ends that begins at `place`, a '<': behind its tag, or, for text that is not shown, behind its end
// tag.
std::size_t end_of_element(std::string_view body, std::size_t place) {
  std::string_view end = ">";
  for (const std::string_view name : {"style", "script", "title"})
    if (body.substr(place + 1).starts_with(name)) end = name;
  const std::size_t found = end == ">" ? body.find('>', place) : body.find("</" + std::string(end), place);
  if (found == std::string_view::npos) return body.size();
  return std::min(body.find('>', found), body.size() - 1) + 1;
}

} // namespace

std::string in_quotes(std::string_view text) {
  return '"' + protocol::escape_for_log(text, kMaxQuoteBytes) + '"';
}

std::string words_of_page(std::string_view body) {
  std::string words;
  for (std::size_t i = 0; i < body.size();) {
    const bool is_tag = body[i] == '<';
    if (is_tag || is_blank(body[i])) {
      if (!words.empty() && words.back() != ' ') words += ' ';
      i = is_tag ? end_of_element(body, i) : i + 1;
    } else {
      words += body[i++];
    }
  }
  while (!words.empty() && words.back() == ' ')
    words.pop_back();
  return words;
}

std::string message_id_in(std::string_view text) {
  for (std::size_t at = text.find(kMessage); at != std::string_view::npos; at = text.find(kMessage, at + 1)) {
    const std::string_view digits = text.substr(at + kMessage.size()).substr(0, kDigits);
    if (digits.size() == kDigits && std::all_of(digits.begin(), digits.end(), is_digit))
      return std::string(kMessage) + std::string(digits);
  }
  return {};
}

} // namespace rtmpt_proxy::probe
