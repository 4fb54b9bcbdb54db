// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/routing/cache_key.hpp>
#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::string_view kKey = "cache=";
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kMaxQuotedBytes = 60;

// The first word, with its quotation marks.
std::string_view first_word(std::string_view text) {
  const char mark = text.front();
  if (mark != '"' && mark != '\'') return text.substr(0, text.find_first_of(kBlanks));
  std::size_t end = 1;
  while (end < text.size() && text[end] != mark)
    end += text[end] == '\\' ? 2 : 1;
  return text.substr(0, std::min(end + 1, text.size()));
}

std::string_view without_marks(std::string_view word) {
  const bool is_quoted =
      word.size() >= 2 && (word.front() == '"' || word.front() == '\'') && word.back() == word.front();
  return is_quoted ? word.substr(1, word.size() - 2) : word;
}

void take_value(std::string_view value, CacheKey& key) {
  const std::string lower = lowered(value);
  if (lower == "on" || lower == "off") {
    key.is_on = lower == "on";
    return;
  }
  key.error = "cache=" + protocol::escape_for_log(value, kMaxQuotedBytes) + ": expected cache=on or cache=off";
}

} // namespace

CacheKey take_cache_key(std::string_view words) {
  CacheKey key;
  while (true) {
    words.remove_prefix(std::min(words.find_first_not_of(kBlanks), words.size()));
    if (words.empty()) return key;
    const std::string_view word = first_word(words);
    words.remove_prefix(word.size());
    const std::string_view bare = without_marks(word);
    if (lowered(bare.substr(0, kKey.size())) == kKey)
      take_value(bare.substr(kKey.size()), key);
    else
      key.rest.append(key.rest.empty() ? "" : " ").append(word);
  }
}

} // namespace rtmpt_proxy::policy
