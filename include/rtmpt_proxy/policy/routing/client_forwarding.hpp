// How a media server learns who the client is: what RTMPTForwardClient takes, and what fits which server.
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

// The one of that name, letters in either case; empty for any other text.
std::optional<ClientForwarding> find_client_forwarding(std::string_view name);

// Where nothing is set: X-Forwarded-For costs an rtmpt:// server nothing, but an rtmp:// server that does not expect a
// preamble takes it for a broken handshake.
constexpr ClientForwarding default_client_forwarding(BackendScheme scheme) {
  return scheme == BackendScheme::rtmpt ? ClientForwarding::x_forwarded_for : ClientForwarding::none;
}

// A header needs HTTP, a preamble a connection that is the stream's alone from its first byte. `none` fits both.
bool fits(ClientForwarding how, BackendScheme scheme);

// What a server is told where `configured` is set: that if it fits, else the scheme's default, for one virtual host may
// send streams to servers of both kinds.
ClientForwarding client_forwarding(std::optional<ClientForwarding> configured, BackendScheme scheme);

// The first of `backends` when `how` fits none of them: an administrator who wrote that meant something else. Null when
// it fits one, or when there are none. Points into `backends`.
const BackendUrl* find_misfit(ClientForwarding how, std::span<const BackendUrl> backends);

} // namespace rtmpt_proxy::policy
