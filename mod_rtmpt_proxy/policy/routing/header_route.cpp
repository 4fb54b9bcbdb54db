// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/routing/header_route.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::size_t kMaxFieldNameBytes = 256;
constexpr std::size_t kMaxParts = 16; // bounds the time that one header can take

bool is_token_character(char c) {
  return is_letter(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

PatternMatch match_value(const HeaderPattern& pattern, std::optional<std::string_view> header) {
  if (!header) return PatternMatch::no;
  std::string_view value = *header;
  PatternMatch result = pattern.match(value);
  if (value.find(',') == std::string_view::npos) return result;
  for (std::size_t parts = 0; result == PatternMatch::no && parts < kMaxParts; ++parts) {
    const std::size_t comma = std::min(value.find(','), value.size());
    result = pattern.match(without_blanks(value.substr(0, comma)));
    if (comma == value.size()) break;
    value.remove_prefix(comma + 1);
  }
  return result;
}

} // namespace

bool is_header_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxFieldNameBytes &&
         std::all_of(text.begin(), text.end(), is_token_character);
}

bool HeaderRoute::operator==(const HeaderRoute& other) const {
  return header == other.header && pattern->text() == other.pattern->text() && target == other.target;
}

bool any_leads_somewhere(const HeaderRoutes& routes) {
  return std::any_of(routes.begin(), routes.end(),
                     [](const HeaderRoute& route) { return leads_somewhere(route.target); });
}

RouteChoice choose_route(const HeaderRoutes& routes, const HeaderLookup& value_of) {
  RouteChoice choice;
  for (const HeaderRoute& route : routes) {
    switch (match_value(*route.pattern, value_of(route.header))) {
    case PatternMatch::yes: choice.route = &route; return choice;
    case PatternMatch::gave_up: choice.given_up.push_back(&route); break;
    case PatternMatch::no: break;
    }
  }
  return choice;
}

} // namespace rtmpt_proxy::policy
