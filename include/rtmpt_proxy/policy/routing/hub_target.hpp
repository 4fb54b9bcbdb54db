// SPDX-License-Identifier: Apache-2.0
// The hub as a target: what RTMPTProxyPass names when the gateway itself is the media server.
#pragma once

#include <rtmpt_proxy/protocol/messages/backend_address.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// A hub by its name, as it is written. Virtual hosts with the same name share one hub. Empty: the virtual host's own.
struct HubName {
  std::string name;
  bool operator==(const HubName&) const = default;
};

inline constexpr std::size_t kMaxHubNameBytes = 32;

// "hub:main", or "hub:" for the virtual host's own.
std::string to_string(const HubName& hub);

// Whether the text begins with "hub:", in any case of letters.
bool is_hub_text(std::string_view text);

struct HubNameResult {
  HubName hub;
  std::string error; // empty when `hub` is good; else what was expected, quoting the text it got
};

// Accepts "hub:" and "hub:name". A name has letters, digits, '-' and '_', at most kMaxHubNameBytes of them, and their
// case counts.
HubNameResult parse_hub_name(std::string_view text);

// The hub as the messages to the gateway have it. `own_key` is different for each virtual host, the same after a
// reload, and tells an own hub from those of others; it is put behind a ':', which no name has.
protocol::BackendAddress hub_address(const HubName& hub, std::string_view own_key);

// The path in a hub of a stream whose application and name are known without their queries: "live/cam1", as httpd's
// rules have it, whether the client says "live/_definst_" or "mp4:cam1".
std::string hub_path(std::string_view app, std::string_view name);

// Whether a client publishes there only where a rule lets it: a stranger to a hub, for nobody behind it would say no.
// `client_is_local`: Admission::client_is_local.
inline bool needs_publish_rule(const protocol::BackendAddress& backend, bool client_is_local) {
  return backend.kind == protocol::BackendKind::hub && !client_is_local;
}

// What people are told of that address: "hub:main", or "hub:" for a virtual host's own.
std::string shown_hub(const protocol::BackendAddress& hub);

} // namespace rtmpt_proxy::policy
