// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/route_memory.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

const RouteChoice& RouteMemory::choose(const HeaderRoutes& routes, const HeaderLookup& value_of) {
  const auto has_value = [&value_of](const HeaderRoute& route, const std::optional<std::string>& value) {
    return value_of(route.header) == value;
  };
  if (routes_ == &routes && std::equal(routes.begin(), routes.end(), values_.begin(), values_.end(), has_value))
    return choice_;
  routes_ = &routes;
  values_.clear();
  for (const HeaderRoute& route : routes)
    values_.emplace_back(value_of(route.header));
  choice_ = choose_route(routes, value_of);
  ++matchings_;
  return choice_;
}

} // namespace rtmpt_proxy::policy
