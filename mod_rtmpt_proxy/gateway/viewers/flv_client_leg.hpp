// SPDX-License-Identifier: Apache-2.0
// The client leg for FLV over HTTP or WebSocket: a viewer of a hub who says next to nothing.
#pragma once

#include "gateway/base/descriptor_budget.hpp"
#include "gateway/hub/hub_loop.hpp"
#include "gateway/hub/viewer.hpp"
#include "gateway/hub/viewer_queue.hpp"
#include "gateway/sessions/client_leg.hpp"
#include "gateway/sockets/client_socket.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/websocket/frame_reader.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// Which stream the viewer wants, and how.
struct FlvViewerTerms {
  std::string hub;
  std::string path;
  protocol::ViewerFraming framing = protocol::ViewerFraming::chunked;
  policy::Way way = policy::Way::handed_over; // or pumped
  std::string head;                           // of the answer, whole
  std::chrono::milliseconds wait{0};          // for the first publisher
  // Of a stream that is fetched from a media server, see HubTerms::pull; null: of publishers.
  std::function<bool(const std::shared_ptr<HubLoop>& loop)> pull;
};

//   hub ── shared segments ──► [ViewerQueue] ── one write for each piece ──► socket
//
// Segments are shared with all other viewers, so what waits costs no memory of its own. A viewer who falls behind goes
// on at a key frame; one who takes nothing for kStalled is ended. What a client of WebSocket says is read for its
// control frames alone; what another client says is dropped.
//
// When the stream ends, the client gets the end of its form: the last chunk, or a close frame.
class FlvClientLeg final : public ClientLeg, private Viewer {
 public:
  static constexpr std::chrono::seconds kStalled{30};
  // So much may wait in the kernel: what is older there cannot be left out any more.
  static constexpr int kKernelBytes = 65536;

  // `owner` and `loop` must outlive the leg.
  FlvClientLeg(ClientOwner& owner, LoopServices& loop, std::shared_ptr<HubLoop> hub, FlvViewerTerms terms,
               ClientSocket socket, TimePoint now);
  ~FlvClientLeg() override;
  FlvClientLeg(const FlvClientLeg&) = delete;
  FlvClientLeg& operator=(const FlvClientLeg&) = delete;

  // ClientLeg. There is no backend.
  void begin(TimePoint now) override;
  void backend_readable(TimePoint /*now*/) override {}
  void from_backend(std::string_view /*bytes*/, TimePoint /*now*/) override {}
  void backend_pauses(TimePoint /*now*/) override {}
  void backend_writable(TimePoint /*now*/) override {}
  void backend_closed(TimePoint /*now*/) override {}
  std::size_t room_bytes() const override { return 0; }
  std::size_t bytes_for_backend() const override { return 0; }
  std::size_t bytes_for_client() const override;
  TimePoint next_deadline() const override;
  void on_time(TimePoint now) override;
  void refuse(std::string last_words, TimePoint now) override;
  void end_because(SessionEnd why, TimePoint now) override;
  SessionEnd end() const override { return end_; }
  std::string end_detail() const override { return end_detail_; }
  void let_connections_go() override;
  const SessionCounters& counters() const override { return counters_; }

 private:
  // Viewer.
  void take_segment(const protocol::SharedSegment& segment) override;
  void publisher_left(std::chrono::milliseconds wait) override;
  void source_failed(SourceFault fault) override;

  bool is_websocket() const { return terms_.framing == protocol::ViewerFraming::websocket; }
  bool has_output() const { return !own_output_.empty() || queue_.has_bytes(); }
  bool write_piece();
  void write_on(TimePoint now);
  void read_client(TimePoint now);
  void take_frames(std::string_view bytes);
  void await_readable();
  void await_writable();
  void finish(SessionEnd why, std::string detail = {});
  std::string last_bytes() const;
  bool ended() const { return end_ != SessionEnd::none; }

  ClientOwner& owner_;
  LoopServices& loop_;
  const std::shared_ptr<HubLoop> hub_;
  DescriptorBudget::Use descriptor_;
  ClientSocket socket_;
  FlvViewerTerms terms_;
  ViewerQueue queue_;
  std::optional<protocol::WebSocketFrameReader> frames_; // of a client of WebSocket
  std::string own_output_;                               // the head, and control frames: goes between whole segments
  TimePoint progress_;                                   // when the client last took bytes, or had taken all
  TimePoint publisher_by_ = TimePoint::max();            // it waits for a publisher until then
  protocol::WebSocketClose close_code_ = protocol::WebSocketClose::normal;
  bool awaits_readable_ = false;
  bool awaits_writable_ = false;
  bool client_deaf_ = false; // writing to it failed
  SessionEnd end_ = SessionEnd::none;
  std::string end_detail_;
  SessionCounters counters_;
};

} // namespace rtmpt_proxy::gateway
