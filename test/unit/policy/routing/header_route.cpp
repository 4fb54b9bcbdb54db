// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/header_route.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <map>
#include <string>

using namespace rtmpt_proxy::policy;

namespace {

const PassTarget kToA = BackendUrl{BackendScheme::rtmp, "a", 1935, false};
const PassTarget kToB = BackendUrl{BackendScheme::rtmpt, "b", 80, false};
const PassTarget kToMedia = BalancerName{"media"};

HeaderRoute route(const std::string& header, const std::string& pattern, const PassTarget& target) {
  return {header, compile_header_pattern(pattern).pattern, target};
}

using Headers = std::map<std::string, std::string>;

RouteChoice choose(const HeaderRoutes& routes, const Headers& headers) {
  return choose_route(routes, [&headers](const std::string& name) -> std::optional<std::string_view> {
    const auto found = headers.find(name);
    return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  });
}

} // namespace

TEST_CASE("The first route whose pattern matches is the stream's", "[header_route]") {
  const HeaderRoutes routes = {
      route("Host", R"(^rtmpt\.katsuma\.tv(:\d+)?$)", kToA),
      route("Host", R"(^local\.)", Nowhere{}),
      route("Host", R"(katsuma)", kToB),
      route("User-Agent", R"(^encoder)", kToMedia),
      route("X-Absent", R"(.*)", kToMedia),
  };
  struct Row {
    Headers headers;
    int chosen; // index, or -1
  };
  const Row table[] = {
      {{{"Host", "rtmpt.katsuma.tv"}}, 0},
      {{{"Host", "RTMPT.katsuma.tv:80"}}, 0},
      {{{"Host", "local.katsuma.tv"}}, 1},
      {{{"Host", "www.katsuma.tv"}, {"User-Agent", "encoder/1"}}, 2},
      {{{"Host", "example"}, {"User-Agent", "Encoder/1"}}, 3},
      {{{"Host", "example"}, {"User-Agent", "an encoder"}}, -1},
      {{{"User-Agent", ""}}, -1},
      {{}, -1}, // a request without the header matches nothing, not even .*
      {{{"X-Absent", ""}}, 4},
  };
  for (const Row& row : table) {
    CAPTURE(row.headers);
    const RouteChoice choice = choose(routes, row.headers);
    CHECK((choice.route ? static_cast<int>(choice.route - routes.data()) : -1) == row.chosen);
    CHECK(choice.given_up.empty());
  }
  CHECK(any_leads_somewhere(routes));
  CHECK_FALSE(any_leads_somewhere({routes[1]}));
  CHECK_FALSE(any_leads_somewhere({}));
}

TEST_CASE("Each value of a header that came several times is tried", "[header_route]") {
  const HeaderRoutes routes = {route("X-Media", "^b$", kToA)};
  for (const std::string value : {"b", "a, b", "b,a", "a,\tb ,c", "a,,b", ",b", "b,", "a, a, a, a, B"}) {
    CAPTURE(value);
    CHECK(choose(routes, {{"X-Media", value}}).route != nullptr);
  }
  for (const std::string value : {"", ",", "ab", "a b", "b c", "a;b", "bb, cb"}) {
    CAPTURE(value);
    CHECK(choose(routes, {{"X-Media", value}}).route == nullptr);
  }
  CHECK(choose({route("X-Media", "^a, b$", kToA)}, {{"X-Media", "a, b"}}).route != nullptr);
  std::string sixteenth;
  for (int i = 0; i < 15; ++i)
    sixteenth += "a,";
  CHECK(choose(routes, {{"X-Media", sixteenth + "b"}}).route != nullptr);
  CHECK(choose(routes, {{"X-Media", sixteenth + "a,b"}}).route == nullptr);
}

TEST_CASE("A pattern that gives up is passed over and named, once", "[header_route]") {
  const HeaderRoutes routes = {
      route("X-Name", "^(a+)+$", kToA),
      route("X-Name", "a", kToB),
      route("X-Name", "(a*)*b", kToMedia),
  };
  const std::string hostile(8192, 'a');
  const RouteChoice choice = choose(routes, {{"X-Name", hostile + "!," + hostile + "!"}});
  REQUIRE(choice.route == &routes[1]);
  CHECK(choice.given_up == std::vector<const HeaderRoute*>{&routes[0]});
}

TEST_CASE("The name of a header is a token", "[header_route]") {
  for (const std::string good : {"Host", "X-Media", "x", "!#$%&'*+-.^_`|~09aZ"})
    CHECK(is_header_name(good));
  CHECK(is_header_name(std::string(256, 'x')));
  for (const std::string bad :
       {"", "Host:", "X Media", "X\tMedia", "(x)", "a/b", "\"Host\"", "H\xC3\xB6st", "a,b", "a@b"})
    CHECK_FALSE(is_header_name(bad));
  CHECK_FALSE(is_header_name(std::string(257, 'x')));
  CHECK_FALSE(is_header_name(std::string("a\0b", 3)));
}

TEST_CASE("Routes are equal by header, pattern and target", "[header_route]") {
  const HeaderRoute one = route("Host", "^a$", kToA);
  CHECK(one == route("Host", "^a$", kToA));
  CHECK_FALSE(one == route("Via", "^a$", kToA));
  CHECK_FALSE(one == route("Host", "^b$", kToA));
  CHECK_FALSE(one == route("Host", "^a$", kToB));
}
