// SPDX-License-Identifier: Apache-2.0
// What a viewer of a hub's stream has got, when it has read its connection to the end.
#pragma once

#include "gateway/hub/viewer_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::test {

struct FlvTagHeard {
  protocol::MediaKind kind = protocol::MediaKind::data;
  std::uint64_t time = 0;
  std::string payload;
};

struct FlvHeard {
  std::uint8_t flags = 0;        // as FLV's beginning has them: 4 sound, 1 pictures
  std::vector<FlvTagHeard> tags; // all that came behind it

  bool has(protocol::MediaKind kind, std::string_view payload) const;
};

// Reads a whole body of that form, not rtmp: chunks of HTTP/1.1, messages of WebSocket, or neither. Throws
// std::runtime_error with the place when it is no FLV: FLV's beginning comes once, at the beginning, and each chunk or
// message has whole tags.
FlvHeard flv_heard(gateway::ViewerForm form, std::string_view body);

// The first `bytes` of what the queue has, as a socket would take them; fewer when it has no more.
std::string written(gateway::ViewerQueue& queue, std::size_t bytes);

} // namespace rtmpt_proxy::test
