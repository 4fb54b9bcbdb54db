// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/watch/origin.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::string_view kEverybody = "*";
constexpr std::size_t kMaxOriginBytes = 300;

bool is_authority(std::string_view text) {
  return !text.empty() && text.size() <= kMaxOriginBytes && std::all_of(text.begin(), text.end(), [](char c) {
    return is_name_character(c) || c == ':' || c == '[' || c == ']';
  });
}

// In small letters, without the default port. Empty when the text is no origin of a page.
std::string canonical(std::string_view text) {
  const std::string origin = lowered(text);
  for (const auto& [scheme, port] : {std::pair<std::string_view, std::string_view>{"http://", ":80"},
                                     std::pair<std::string_view, std::string_view>{"https://", ":443"}}) {
    if (!origin.starts_with(scheme)) continue;
    std::string_view authority = std::string_view(origin).substr(scheme.size());
    if (!is_authority(authority)) return {};
    if (authority.ends_with(port)) authority.remove_suffix(port.size());
    return authority.empty() ? std::string() : std::string(scheme) + std::string(authority);
  }
  return {};
}

} // namespace

OriginResult parse_allowed_origin(std::string_view text) {
  if (text == kEverybody) return {std::string(kEverybody), {}};
  std::string origin = canonical(text.ends_with('/') ? text.substr(0, text.size() - 1) : text);
  if (!origin.empty()) return {std::move(origin), {}};
  return {{},
          quoted_url(text) + " is no origin: expected http://host[:port] or https://host[:port], as a browser names the"
                             " site of a page, or * for all"};
}

OriginVerdict judge_origin(std::string_view origin, std::string_view host, bool is_https,
                           const AllowedOrigins& allowed) {
  if (origin.empty()) return {true, {}, false};
  const std::string page = canonical(origin);
  const std::string own = canonical(std::string(is_https ? "https://" : "http://") + std::string(host));
  if (!page.empty() && page == own) return {true, {}, false};
  if (!page.empty() && std::find(allowed.begin(), allowed.end(), page) != allowed.end()) return {true, page, true};
  if (std::find(allowed.begin(), allowed.end(), kEverybody) != allowed.end())
    return {true, std::string(kEverybody), false};
  return {};
}

} // namespace rtmpt_proxy::policy
