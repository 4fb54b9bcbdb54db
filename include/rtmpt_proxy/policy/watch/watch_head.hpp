// SPDX-License-Identifier: Apache-2.0
// The heads of answers to viewers over HTTP, and what their requests must have.
#pragma once

#include <rtmpt_proxy/policy/watch/origin.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// What of an upgrade to WebSocket httpd has read (RFC 6455, 4.2.1); texts are header values, empty when there is none.
struct UpgradeFacts {
  bool is_http_1_1 = false;
  bool connection_upgrades = false; // Connection names "upgrade"
  std::string_view upgrade;
  std::string_view version;
  std::string_view key;
};

// Whether the request wants a WebSocket at all.
bool wants_websocket(const UpgradeFacts& facts);
// 101 when it can have one; 400 when the request is no good; 426 when it wants another version than 13.
std::uint16_t status_of_upgrade(const UpgradeFacts& facts);

enum class WatchFraming : std::uint8_t { chunked, until_close };

// The whole head, with its empty line, of the answer to a GET.
std::string flv_head(WatchFraming framing, const OriginVerdict& origin);
// The same of an upgrade. `accept` is Sec-WebSocket-Accept.
std::string websocket_head(std::string_view accept);

} // namespace rtmpt_proxy::policy
