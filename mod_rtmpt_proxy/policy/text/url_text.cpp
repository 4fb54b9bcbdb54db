// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <algorithm>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::size_t kMaxQuotedBytes = 300;

std::string in_quotation_marks(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return "\"" + text + "\"";
}

} // namespace

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

bool looks_like_ipv4(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
}

std::string quoted_url(std::string_view text) {
  std::string shown(text.substr(0, kMaxQuotedBytes));
  const std::size_t scheme_end = shown.find("://");
  const std::size_t host_at = scheme_end == std::string::npos ? 0 : scheme_end + 3;
  const std::size_t host_end = shown.find_first_of("/?#", host_at);
  if (text.find('@', host_at) != std::string_view::npos) {
    shown.replace(host_at, std::string::npos, "...");
  } else if (host_end != std::string::npos && host_end + 1 < shown.size()) {
    shown.replace(host_end + 1, std::string::npos, "...");
  }
  return in_quotation_marks(std::move(shown));
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kMaxBytes = 100;
  std::string shown(text.substr(0, kMaxBytes));
  if (text.size() > kMaxBytes) shown += "...";
  return in_quotation_marks(std::move(shown));
}

} // namespace rtmpt_proxy::policy
