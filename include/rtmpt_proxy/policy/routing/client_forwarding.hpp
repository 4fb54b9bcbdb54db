// SPDX-License-Identifier: Apache-2.0
// How a backend learns the client's address: the values of RTMPTForwardClient, and which of them fit which backend.
#pragma once

#include <rtmpt_proxy/policy/routing/backend_url.hpp>
#include <rtmpt_proxy/protocol/proxy/client_preamble.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace rtmpt_proxy::policy {

using protocol::ClientForwarding;

// "none", "xff", "proxy-v1", "proxy-v2" or "srs".
std::string_view to_string(ClientForwarding how);

// The value of that name, in any case of letters; unset for any other text.
std::optional<ClientForwarding> find_client_forwarding(std::string_view name);

// The default. X-Forwarded-For does no harm to an rtmpt:// backend. But an rtmp:// or rtmps:// backend that does
// not expect a preamble takes it for a broken handshake.
constexpr ClientForwarding default_client_forwarding(BackendScheme scheme) {
  return scheme == BackendScheme::rtmpt ? ClientForwarding::x_forwarded_for : ClientForwarding::none;
}

// Whether the value fits the scheme. A header needs HTTP. A preamble needs a connection that belongs to one stream from
// its first byte. `none` fits both.
bool fits(ClientForwarding how, BackendScheme scheme);

// The value for one backend: `configured` if it fits, else the scheme's default, because one virtual host may have
// backends of both kinds.
ClientForwarding client_forwarding(std::optional<ClientForwarding> configured, BackendScheme scheme);

// The first of `backends` when `how` fits none of them, which is an error of the configuration. Null when it fits one,
// or when there are none. Points into `backends`.
const BackendUrl* find_misfit(ClientForwarding how, std::span<const BackendUrl> backends);

} // namespace rtmpt_proxy::policy
