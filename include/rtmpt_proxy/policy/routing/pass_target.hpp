// SPDX-License-Identifier: Apache-2.0
// The target of streams: what RTMPTProxyPass and RTMPTProxyPassMatch take as their URL.
#pragma once

#include <rtmpt_proxy/policy/routing/backend_url.hpp>
#include <rtmpt_proxy/policy/routing/hub_target.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace rtmpt_proxy::policy {

// "!": nowhere, the request stays with httpd's own handlers.
struct Nowhere {
  bool operator==(const Nowhere&) const = default;
};

// One of mod_proxy's balancers, by its name in lower case.
struct BalancerName {
  std::string name;
  bool operator==(const BalancerName&) const = default;
};

using PassTarget = std::variant<Nowhere, BackendUrl, BalancerName, HubName>;

constexpr bool leads_somewhere(const PassTarget& target) {
  return !std::holds_alternative<Nowhere>(target);
}

// "!", "rtmp://host:1936", "balancer://media": the text by which mod_proxy knows a worker or balancer; or "hub:main".
std::string to_string(const PassTarget& target);

struct PassTargetResult {
  PassTarget target;
  std::string error; // empty when `target` is good; else what was expected, quoting the text it got
};

// Accepts "!", the URL of a backend (parse_backend_url), a hub (parse_hub_name) and balancer://name[/]. A balancer's
// name has letters, digits,
// '-', '_' and '.', at most 84 of them (mod_proxy keeps 95 characters with "balancer://"), and not digits and dots
// alone, which mod_proxy would take for an address.
PassTargetResult parse_pass_target(std::string_view text);

} // namespace rtmpt_proxy::policy
