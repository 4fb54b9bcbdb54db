// SPDX-License-Identifier: Apache-2.0
// What one publisher sends, on its way to all viewers.
#pragma once

#include "gateway/base/deadline_heap.hpp"
#include "gateway/hub/hub_loop.hpp"

#include <rtmpt_proxy/protocol/media/media_message.hpp>

#include <memory>
#include <vector>

namespace rtmpt_proxy::gateway {

// Gathers messages, for as long as the publisher's terms say, so that each viewer gets them by one write. Lives on the
// publisher's loop.
class Publication final : public Timed {
 public:
  // `start` has a stream.
  Publication(std::shared_ptr<HubLoop> hub, PublicationStart start);
  ~Publication() override;

  // False: another client publishes the stream now.
  bool take(const protocol::MediaMessage& message);

 private:
  void on_deadline() override;
  void spread(const protocol::SharedSegment& segment);

  const std::shared_ptr<HubLoop> hub_;
  PublicationStart start_;
  std::vector<HubLoop*> loops_; // that got the last segment; kept for its memory
  bool is_current_ = true;
};

} // namespace rtmpt_proxy::gateway
