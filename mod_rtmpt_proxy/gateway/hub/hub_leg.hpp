// SPDX-License-Identifier: Apache-2.0
// The leg to the hub, in the place of a connection to a media server.
#pragma once

#include "gateway/backends/backend_leg.hpp"
#include "gateway/base/deadline_heap.hpp"
#include "gateway/hub/hub_loop.hpp"
#include "gateway/hub/hub_terms.hpp"
#include "gateway/hub/publication.hpp"
#include "gateway/hub/publisher.hpp"
#include "gateway/hub/viewer.hpp"
#include "gateway/hub/viewer_queue.hpp"

#include <rtmpt_proxy/policy/limits/start_pace.hpp>
#include <rtmpt_proxy/protocol/server/rtmp_server.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// An RTMP server for one client, whose bytes come by write(). Nothing connects, so it is there at once:
//
//   Stream::MakeLeg make_leg = [&loop, terms](BackendOwner& owner) -> std::unique_ptr<BackendLeg> {
//     return std::make_unique<HubLeg>(loop.hub_loop(), owner, terms);
//   };
//
// What it has for the client waits here and is told by backend_readable(), as by a socket. It gives the client leg
// little that the client has not taken: kLeastAheadBytes, or what a fast stream needs from one request of RTMPT to the
// next. So a viewer who is slow waits here, where segments are shared. Lives on one loop.
class HubLeg final : public BackendLeg, private Viewer, private Publisher, private Timed {
 public:
  static constexpr std::size_t kLeastAheadBytes = 65536;
  static constexpr std::size_t kAheadShare = 4;          // of what may wait in the viewer's queue
  static constexpr std::size_t kMostAnswerBytes = 65536; // that wait for a client that takes none
  // A client that neither publishes nor plays goes after this time.
  static constexpr std::chrono::seconds kIdle{30};
  // A publisher that sends nothing else is heard when it has sent so much.
  static constexpr std::size_t kHeardBytes = 1024;
  // So much of what the client sends is worked off in one turn of the loop, whatever has come. The rest waits in the
  // client leg, so that the loop's other clients have their turn.
  static constexpr std::size_t kTurnMessages = 512;
  static constexpr std::size_t kTurnBytes = 65536;

  // `owner` outlives the leg.
  HubLeg(std::shared_ptr<HubLoop> hub, BackendOwner& owner, HubTerms terms);
  // The same for a client that another server has answered, until it wants to play now: `server` has heard everything
  // that the client has said, and nothing that `server` said was sent.
  HubLeg(std::shared_ptr<HubLoop> hub, BackendOwner& owner, HubTerms terms, protocol::RtmpServer server);
  ~HubLeg() override;
  HubLeg(const HubLeg&) = delete;
  HubLeg& operator=(const HubLeg&) = delete;

  std::size_t write(const Pieces& bytes) override;
  bool is_readable() const override { return is_readable_; }
  std::size_t readable_bytes() const override;
  void read() override;
  void look() override;
  void follow(std::size_t room_bytes, std::size_t waiting_bytes) override;
  void finish() override { is_finishing_ = true; }
  void close() override;
  bool is_open() const override { return is_open_; }
  bool blames_client() const override { return true; }
  void known_as(const std::string& user) override { terms_.user = user; }

  // How many bytes wait here for the client. Those of segments are shared.
  std::size_t waiting_for_client_bytes() const { return waiting_bytes(); }

 private:
  HubLeg(std::shared_ptr<HubLoop> hub, BackendOwner& owner, HubTerms terms, protocol::RtmpServer server,
         std::string answers);

  // Viewer.
  void take_segment(const protocol::SharedSegment& segment) override;
  void publisher_left(std::chrono::milliseconds wait) override;
  void source_failed(SourceFault fault) override;
  // Publisher.
  void replaced() override;
  // Timed.
  void on_deadline() override;

  std::size_t take(std::string_view bytes);
  bool may_work_on() const { return turn_messages_ < kTurnMessages && turn_bytes_ < kTurnBytes; }
  void take_turn();
  void take_progress(protocol::ServerProgress progress);
  void hear(std::size_t bytes);
  void note_heard();
  void take_media();
  std::string path() const;
  bool may_start();
  void publish();
  void play();
  void stop();
  void stop_playing();

  std::string_view next_piece() const;
  std::size_t waiting_bytes() const;
  std::size_t room_ahead_bytes() const;
  void gave(std::size_t bytes);
  bool may_give() const { return is_open_ && room_ahead_bytes() > 0 && !next_piece().empty(); }
  bool has_ended() const { return is_ending_ && next_piece().empty(); }
  void tell_readable();
  void tell_soon();

  void wait_for_publisher(std::chrono::milliseconds within);
  TimePoint deadline() const;
  void arm();
  void end_because(std::string reason);
  void end_now();

  const std::shared_ptr<HubLoop> hub_;
  BackendOwner& owner_;
  HubTerms terms_;
  protocol::RtmpServer server_;
  policy::StartPace starts_;
  std::unique_ptr<Publication> publication_; // null: it does not publish
  std::optional<ViewerQueue> queue_;         // unset: it does not play
  std::string answers_;                      // for the client, in front of the next segment
  std::size_t answers_given_ = 0;
  std::size_t rest_bytes_ = 0;    // of answers_: of a segment that had begun when the client stopped playing
  std::size_t heard_bytes_ = 0;   // of a publisher, since its last sound, picture or data
  std::size_t turn_messages_ = 0; // worked off since the last turn began
  std::size_t turn_bytes_ = 0;
  std::size_t room_bytes_ = 0;
  std::size_t most_room_bytes_ = 0; // the greatest room there was: of a client that has taken everything
  TimePoint progress_;              // when a publisher last sent, a viewer last took, or a client last began or stopped
  TimePoint publisher_by_ = TimePoint::max(); // a viewer waits for a publisher until then
  bool had_publisher_ = false;                // while the viewer was there
  bool source_is_lost_ = false; // the media server of the stream was not reached, and nothing has come since
  std::string end_reason_;      // see BackendOwner::backend_closed()
  bool is_ending_ = false;      // after what waits for the client, see end_because()
  bool is_readable_ = false;
  bool is_telling_soon_ = false;
  bool has_parts_ = false;    // of a message that has come: server_ may have more to tell without further bytes
  bool is_finishing_ = false; // it closes when no byte of the client waits any more
  bool client_waits_ = false; // bytes of it wait until the leg says that it takes them
  bool is_open_ = true;
};

} // namespace rtmpt_proxy::gateway
