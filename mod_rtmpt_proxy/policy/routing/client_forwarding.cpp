// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/routing/client_forwarding.hpp>

#include <algorithm>
#include <array>

namespace rtmpt_proxy::policy {

namespace {

struct Name {
  ClientForwarding how;
  std::string_view text;
};

constexpr std::array<Name, 5> kNames{{{ClientForwarding::none, "none"},
                                      {ClientForwarding::x_forwarded_for, "xff"},
                                      {ClientForwarding::proxy_v1, "proxy-v1"},
                                      {ClientForwarding::proxy_v2, "proxy-v2"},
                                      {ClientForwarding::srs, "srs"}}};

} // namespace

std::string_view to_string(ClientForwarding how) {
  const auto found = std::find_if(kNames.begin(), kNames.end(), [how](const Name& name) { return name.how == how; });
  return found == kNames.end() ? std::string_view("unknown") : found->text;
}

std::optional<ClientForwarding> find_client_forwarding(std::string_view name) {
  const std::string lower = lowered(name);
  const auto found = std::find_if(kNames.begin(), kNames.end(), [&](const Name& known) { return known.text == lower; });
  return found == kNames.end() ? std::nullopt : std::optional(found->how);
}

bool fits(ClientForwarding how, BackendScheme scheme) {
  if (how == ClientForwarding::none) return true;
  return (how == ClientForwarding::x_forwarded_for) == (scheme == BackendScheme::rtmpt);
}

ClientForwarding client_forwarding(std::optional<ClientForwarding> configured, BackendScheme scheme) {
  return configured && fits(*configured, scheme) ? *configured : default_client_forwarding(scheme);
}

const BackendUrl* find_misfit(ClientForwarding how, std::span<const BackendUrl> backends) {
  const bool fits_one = std::any_of(backends.begin(), backends.end(),
                                    [how](const BackendUrl& backend) { return fits(how, backend.scheme); });
  return fits_one || backends.empty() ? nullptr : &backends.front();
}

} // namespace rtmpt_proxy::policy
