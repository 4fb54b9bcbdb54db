// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/route_memory.hpp>

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace rtmpt_proxy::policy;

namespace {

const PassTarget kToA = BackendUrl{BackendScheme::rtmp, "a", 1935, false};
const PassTarget kToB = BackendUrl{BackendScheme::rtmpt, "b", 80, false};

HeaderRoute route(const std::string& header, const std::string& pattern, const PassTarget& target) {
  return {header, compile_header_pattern(pattern).pattern, target};
}

// A request whose headers may change between the hooks of httpd.
struct Request {
  std::map<std::string, std::string> headers;
  RouteMemory memory;

  const HeaderRoute* choose(const HeaderRoutes& routes) {
    const auto value_of = [this](const std::string& name) -> std::optional<std::string_view> {
      const auto found = headers.find(name);
      return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->second);
    };
    return memory.choose(routes, value_of).route;
  }
};

HeaderRoutes two_routes() {
  return {route("Host", "^a", kToA), route("X-Room", "^b", kToB)};
}

} // namespace

TEST_CASE("A route that is asked for again is not matched again", "[route_memory]") {
  const HeaderRoutes routes = two_routes();
  Request request{{{"Host", "b"}, {"X-Room", "b1"}}, {}};
  for (int i = 0; i < 3; ++i)
    CHECK(request.choose(routes) == &routes[1]);
  CHECK(request.memory.matchings() == 1);
}

TEST_CASE("That no route matches is remembered too", "[route_memory]") {
  const HeaderRoutes routes = two_routes();
  Request request{{{"Host", "c"}}, {}};
  CHECK(request.choose(routes) == nullptr);
  CHECK(request.choose(routes) == nullptr);
  CHECK(request.memory.matchings() == 1);
}

TEST_CASE("A header that another module has changed since is looked at again", "[route_memory]") {
  const HeaderRoutes routes = two_routes();
  Request request{{{"Host", "c"}, {"X-Room", "b1"}}, {}};
  CHECK(request.choose(routes) == &routes[1]);
  request.headers["Host"] = "a";
  CHECK(request.choose(routes) == &routes[0]);
  request.headers.erase("Host");
  CHECK(request.choose(routes) == &routes[1]);
  request.headers["X-Room"] = "";
  CHECK(request.choose(routes) == nullptr);
  request.headers.erase("X-Room"); // an empty value is not the same as none
  CHECK(request.choose(routes) == nullptr);
  CHECK(request.memory.matchings() == 5);
  request.headers["X-Other"] = "b"; // no route looks at it
  CHECK(request.choose(routes) == nullptr);
  CHECK(request.memory.matchings() == 5);
}

TEST_CASE("A request that comes to another virtual host has that one's routes", "[route_memory]") {
  const HeaderRoutes first = two_routes();
  const HeaderRoutes second = {route("Host", "^a", kToB)};
  Request request{{{"Host", "a"}}, {}};
  CHECK(request.choose(first) == &first[0]);
  CHECK(request.choose(second) == &second[0]);
  CHECK(request.choose({}) == nullptr);
  CHECK(request.memory.matchings() == 3);
}
