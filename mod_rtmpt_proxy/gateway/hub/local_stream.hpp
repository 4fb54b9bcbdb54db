// SPDX-License-Identifier: Apache-2.0
// The viewers of one stream on one loop.
#pragma once

#include "gateway/hub/viewer.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

class HubStream;

// Used only in the loop's thread. A viewer may join or leave while others are being told something.
class LocalStream {
 public:
  explicit LocalStream(std::shared_ptr<HubStream> stream) : stream_(std::move(stream)) {}
  LocalStream(const LocalStream&) = delete;
  LocalStream& operator=(const LocalStream&) = delete;

  const std::shared_ptr<HubStream>& stream() const { return stream_; }

  void join(Viewer& viewer) { viewers_.push_back(&viewer); }
  void leave(Viewer& viewer);
  std::size_t viewers() const { return viewers_.size() - left_; }
  // Whether its viewers are being told something, so that it must not be destroyed.
  bool is_telling() const { return telling_ > 0; }

  void take_segment(const protocol::SharedSegment& segment);
  void publisher_left(std::chrono::milliseconds wait);
  void source_failed(SourceFault fault);

 private:
  template <class Tell>
  void tell_all(const Tell& tell);

  std::shared_ptr<HubStream> stream_;
  std::vector<Viewer*> viewers_; // null: it left while others were told something
  std::size_t left_ = 0;         // how many are null
  int telling_ = 0;
};

} // namespace rtmpt_proxy::gateway
