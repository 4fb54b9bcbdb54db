// SPDX-License-Identifier: Apache-2.0
// Who gets a stream of a hub, in whatever form.
#pragma once

#include <rtmpt_proxy/protocol/media/segment.hpp>

#include <chrono>
#include <cstdint>

namespace rtmpt_proxy::gateway {

// What the media server of a pull has said, or not said.
enum class SourceFault : std::uint8_t {
  missing,     // it has no such stream, or lets nobody have it: no other try follows
  unreachable, // it is tried again
};

// Called in the loop's thread, between join() and leave(). It may leave while it is being called.
class Viewer {
 public:
  // The publisher has sent something.
  virtual void take_segment(const protocol::SharedSegment& segment) = 0;
  // The publisher has left. Another one may come; its first segment says so. The viewer waits for it so long.
  virtual void publisher_left(std::chrono::milliseconds wait) = 0;
  // Of a stream that a pull fetches.
  virtual void source_failed(SourceFault /*fault*/) {}

 protected:
  ~Viewer() = default;
};

} // namespace rtmpt_proxy::gateway
