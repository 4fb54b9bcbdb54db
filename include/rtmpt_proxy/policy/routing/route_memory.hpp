// SPDX-License-Identifier: Apache-2.0
// The route of one request, which httpd asks for more than once while the request goes through its hooks.
#pragma once

#include <rtmpt_proxy/policy/routing/header_route.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::policy {

// Owned by the request, used by its thread.
class RouteMemory {
 public:
  // As choose_route(). The patterns are matched again only when `routes` is another object than before, or when a
  // header that a route looks at has another value than before. `routes` must outlive the memory. Valid until the next
  // call.
  const RouteChoice& choose(const HeaderRoutes& routes, const HeaderLookup& value_of);

  // How often the patterns were matched.
  std::size_t matchings() const { return matchings_; }

 private:
  const HeaderRoutes* routes_ = nullptr;
  std::vector<std::optional<std::string>> values_; // of the header of each route, in their order
  RouteChoice choice_;
  std::size_t matchings_ = 0;
};

} // namespace rtmpt_proxy::policy
