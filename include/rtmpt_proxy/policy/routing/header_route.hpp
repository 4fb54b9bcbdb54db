// SPDX-License-Identifier: Apache-2.0
// Routes that a request header chooses: RTMPTProxyPassMatch, the HeadRequire of Pound.
#pragma once

#include <rtmpt_proxy/policy/routing/header_pattern.hpp>
#include <rtmpt_proxy/policy/routing/pass_target.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::policy {

// A token of RFC 9110, section 5.6.2, of at most 256 characters.
bool is_header_name(std::string_view text);

struct HeaderRoute {
  std::string header;                           // as written; HeaderLookup ignores the case of letters
  std::shared_ptr<const HeaderPattern> pattern; // never null
  PassTarget target;

  // Patterns are the same when their texts are.
  bool operator==(const HeaderRoute& other) const;
};

// The routes of a server or virtual host, in the order in which they are tried.
using HeaderRoutes = std::vector<HeaderRoute>;

bool any_leads_somewhere(const HeaderRoutes& routes);

// The value of the request's header of that name; unset when the request has none. A header that came several times is
// one value with commas between, which is what HTTP lets servers make of it.
using HeaderLookup = std::function<std::optional<std::string_view>(const std::string& header)>;

struct RouteChoice {
  const HeaderRoute* route = nullptr;       // the first that matches; null: none does
  std::vector<const HeaderRoute*> given_up; // patterns before it that took too long, counted as not matching
};

// A request without the header matches no pattern. A pattern is tried on the whole value and, when that has commas, on
// each of its first 16 parts, blanks cut off. The pointers point into `routes`.
RouteChoice choose_route(const HeaderRoutes& routes, const HeaderLookup& value_of);

} // namespace rtmpt_proxy::policy
