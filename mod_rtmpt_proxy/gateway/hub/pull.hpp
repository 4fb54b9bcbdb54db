// SPDX-License-Identifier: Apache-2.0
// A publisher that is a media server: fetches one of its streams for all viewers.
#pragma once

#include "gateway/base/deadline_heap.hpp"
#include "gateway/hub/hub_loop.hpp"
#include "gateway/hub/publication.hpp"
#include "gateway/hub/publisher.hpp"
#include "gateway/hub/pull_connection.hpp"
#include "gateway/hub/pull_target.hpp"
#include "gateway/hub/pulls.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace rtmpt_proxy::gateway {

//   Pulls::want() ──► connecting ──► idle ──► live ──► idle | waiting ──► connecting ...
//
// It ends when nobody has watched for kLinger, or when there is no such stream.
//
// Lives on the loop of the first viewer. HubLoop owns it.
class Pull final : private Publisher, private PullEvents, private Timed, public std::enable_shared_from_this<Pull> {
 public:
  // It goes on for so long without viewers.
  static constexpr std::chrono::seconds kLinger{10};
  // A server that has not begun to play so long after it was called, its connection timeout not counted, and one that
  // sends nothing of a live stream for so long, is left and called again.
  static constexpr std::chrono::seconds kStart{10};
  static constexpr std::chrono::seconds kSilence{15};
  // It is called again after the first time, and then after twice the time before, up to the last.
  static constexpr std::chrono::milliseconds kFirstRetry{500};
  static constexpr std::chrono::milliseconds kLastRetry{8000};
  static constexpr std::chrono::milliseconds kLook{250};

  Pull(std::shared_ptr<HubLoop> hub, Pulls& pulls, PullTarget target);
  ~Pull() override;

  // Called once, in the loop's thread.
  void start();

 private:
  // PullEvents.
  void pull_reached() override { pulls_.set_reached(target_.key, true); }
  void pull_started() override;
  void pull_media(const protocol::MediaMessage& message) override;
  void pull_stopped() override;
  void pull_missing() override;
  void pull_refused(const std::string& code) override;
  void pull_ended() override;
  void pull_lost(const std::string& reason) override;
  // Publisher.
  void replaced() override { publication_.reset(); }
  // Timed.
  void on_deadline() override;

  void connect();
  void try_again();
  void publish();
  void unpublish();
  bool has_been_left(TimePoint now);
  void look(TimePoint now);
  void set_state(PullState state);
  void log_failure(const std::string& what) const;
  void end();

  const std::shared_ptr<HubLoop> hub_;
  Pulls& pulls_;
  const PullTarget target_;
  std::shared_ptr<PullConnection> connection_; // null: it waits
  std::unique_ptr<Publication> publication_;   // null: nothing comes
  PullState state_ = PullState::connecting;
  std::chrono::milliseconds retry_ = kFirstRetry; // the next wait
  TimePoint progress_; // when it called the server, or when that sent something of a live stream
  TimePoint retry_at_ = TimePoint::max();
  TimePoint unwatched_since_ = TimePoint::max();
  TimePoint viewers_wait_until_ = TimePoint::min(); // of a stream that has ended
};

} // namespace rtmpt_proxy::gateway
