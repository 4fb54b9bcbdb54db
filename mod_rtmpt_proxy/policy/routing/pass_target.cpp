// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/routing/pass_target.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::string_view kBalancer = "balancer://";
constexpr std::size_t kMaxBalancerNameBytes = 84;

struct TextOf {
  std::string operator()(const Nowhere&) const { return "!"; }
  std::string operator()(const BackendUrl& url) const { return to_string(url); }
  std::string operator()(const BalancerName& balancer) const { return std::string(kBalancer) + balancer.name; }
  std::string operator()(const HubName& hub) const { return to_string(hub); }
};

PassTargetResult parse_balancer(std::string_view text) {
  std::string_view name = text.substr(kBalancer.size());
  if (name.ends_with('/')) name.remove_suffix(1);
  const bool good = !name.empty() && name.size() <= kMaxBalancerNameBytes &&
                    std::all_of(name.begin(), name.end(), is_name_character) && !looks_like_ipv4(name);
  if (good) return {BalancerName{lowered(name)}, {}};
  return {Nowhere{}, quoted_url(text) +
                         " is no balancer: expected balancer://name, the name of a <Proxy balancer://name>"
                         " of letters, digits, '-', '_' and '.', without user, port, path and query"};
}

} // namespace

std::string to_string(const PassTarget& target) {
  return std::visit(TextOf{}, target);
}

PassTargetResult parse_pass_target(std::string_view text) {
  if (text == "!") return {};
  if (is_hub_text(text)) {
    HubNameResult hub = parse_hub_name(text);
    if (hub.error.empty()) return {std::move(hub.hub), {}};
    return {Nowhere{}, std::move(hub.error)};
  }
  if (lowered(text.substr(0, kBalancer.size())) == kBalancer) return parse_balancer(text);
  BackendUrlResult backend = parse_backend_url(text);
  if (backend.error.empty()) return {std::move(backend.url), {}};
  return {Nowhere{}, std::move(backend.error)};
}

} // namespace rtmpt_proxy::policy
