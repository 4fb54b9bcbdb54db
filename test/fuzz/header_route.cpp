// SPDX-License-Identifier: Apache-2.0
// Pattern in the first line, value of the header in the rest: whatever both are, the answer is the same twice, and a
// pattern that is refused has a printable reason.
#include "require.hpp"

#include <rtmpt_proxy/policy/routing/header_route.hpp>

#include <algorithm>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const HeaderPatternResult result = compile_header_pattern(text.substr(0, std::min<std::size_t>(line_end, 200)));
  const auto is_printable = [](char c) { return c >= ' ' && c <= '~'; };
  require(std::all_of(result.error.begin(), result.error.end(), is_printable), "a message is printable");
  require(result.error.empty() == (result.pattern != nullptr), "there is a pattern or a message");
  if (!result.pattern) return 0;
  const HeaderRoutes routes = {{"X", result.pattern, BalancerName{"media"}}};
  const auto value_of = [&](const std::string&) { return text.substr(std::min(line_end + 1, text.size())); };
  const RouteChoice choice = choose_route(routes, value_of);
  require(choice.route == choose_route(routes, value_of).route, "the same value chooses the same route");
  require(!choice.route || choice.given_up.empty(), "a pattern that gives up does not match");
  return 0;
}
