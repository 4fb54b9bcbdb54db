// SPDX-License-Identifier: Apache-2.0
// RTMPTWatch: in which forms browsers and players get a hub's streams over HTTP.
#pragma once

#include <optional>
#include <string_view>

namespace rtmpt_proxy::policy {

struct WatchSetting {
  bool flv = false;       // FLV in the answer to GET
  bool websocket = false; // FLV in the messages of a WebSocket
  bool operator==(const WatchSetting&) const = default;
};

// The values of RTMPTWatch, in any case of letters: "flv", "ws", both in any order, or "Off" alone. `second` is empty
// when there is one word only. Empty for anything else.
std::optional<WatchSetting> parse_watch(std::string_view first, std::string_view second);

} // namespace rtmpt_proxy::policy
