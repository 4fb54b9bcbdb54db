// SPDX-License-Identifier: Apache-2.0
#include "policy/routing/ask_text.hpp"
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/routing/hub_target.hpp>
#include <rtmpt_proxy/policy/routing/stream_target.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::string_view kScheme = "hub:";
constexpr char kOwnMark = ':';

bool is_hub_character(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}

} // namespace

std::string to_string(const HubName& hub) {
  return std::string(kScheme) + hub.name;
}

bool is_hub_text(std::string_view text) {
  return lowered(text.substr(0, kScheme.size())) == kScheme;
}

HubNameResult parse_hub_name(std::string_view text) {
  const std::string_view name = is_hub_text(text) ? text.substr(kScheme.size()) : std::string_view("/");
  if (name.size() <= kMaxHubNameBytes && std::all_of(name.begin(), name.end(), is_hub_character))
    return {HubName{std::string(name)}, {}};
  return {{},
          quoted_url(text) +
              " is no hub: expected hub: for the virtual host's own, or hub:name for one that virtual"
              " hosts share, with a name of at most " +
              std::to_string(kMaxHubNameBytes) + " letters, digits, '-' and '_', without slashes and port"};
}

protocol::BackendAddress hub_address(const HubName& hub, std::string_view own_key) {
  return {protocol::BackendKind::hub, hub.name.empty() ? kOwnMark + std::string(own_key) : hub.name, 0};
}

std::string hub_path(std::string_view app, std::string_view name) {
  app = bare_app(app);
  const std::string_view bare_name = bare_stream_name(name);
  std::string path(app);
  if (!path.empty()) path += '/';
  return path.append(bare_name.empty() ? name : bare_name);
}

std::string shown_hub(const protocol::BackendAddress& hub) {
  return to_string(HubName{hub.host.starts_with(kOwnMark) ? std::string() : hub.host});
}

} // namespace rtmpt_proxy::policy
