// SPDX-License-Identifier: Apache-2.0
// Finds out whether a media server has a stream, for a viewer who must be told so before the first byte.
#pragma once

#include "gateway/base/deadline_heap.hpp"
#include "gateway/hub/hub_loop.hpp"
#include "gateway/hub/pull_target.hpp"
#include "gateway/hub/pulls.hpp"
#include "gateway/hub/viewer.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace rtmpt_proxy::gateway {

enum class LookResult : std::uint8_t {
  live,
  missing,     // the media server has no such stream, or was reached, and nothing of it came in time
  unreachable, // the media server
  full,        // there are as many pulls as there may be, see Pulls::want()
};

// A viewer for a short time. Lives on one loop; the asker keeps it until it is answered, and may drop it before.
class PullLook final : private Viewer, private Timed {
 public:
  // Called once, later, in the loop's thread; it may destroy the look.
  using Done = std::function<void(LookResult result)>;

  // `pulls` outlives it. `client`: the viewer's address, as counted_as() has it.
  PullLook(std::shared_ptr<HubLoop> hub, Pulls& pulls, const PullTarget& target, const std::string& client, Done done);
  ~PullLook() override;

 private:
  // Viewer.
  void take_segment(const protocol::SharedSegment& segment) override;
  void publisher_left(std::chrono::milliseconds) override {}
  void source_failed(SourceFault fault) override;
  // Timed.
  void on_deadline() override;

  void answer(LookResult result);

  const std::shared_ptr<HubLoop> hub_;
  Pulls& pulls_;
  const PullKey key_;
  const std::shared_ptr<Done> done_;
  bool is_answered_ = false;
};

} // namespace rtmpt_proxy::gateway
