// SPDX-License-Identifier: Apache-2.0
// The client leg for RTMP on a connection of its own: a pipe for bytes, behind two handshakes.
#pragma once

#include "gateway/base/descriptor_budget.hpp"
#include "gateway/session/session.hpp"
#include "gateway/session/stream_buffer.hpp"
#include "gateway/sessions/client_leg.hpp"
#include "gateway/sockets/client_socket.hpp"
#include "gateway/sockets/quick_ack.hpp"

#include <rtmpt_proxy/policy/limits/read_pace.hpp>
#include <rtmpt_proxy/protocol/rtmp/adobe_login.hpp>
#include <rtmpt_proxy/protocol/rtmp/connect_guard.hpp>
#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

struct LoopServices;

// A client whose handshake was answered and whose connect was allowed.
struct GreetedClient {
  ClientSocket socket;
  policy::Way way = policy::Way::handed_over; // or pumped
  std::string sent_bytes;                     // everything that it has sent behind its handshake
  double transaction_id = 0;                  // of its connect
  protocol::SessionName session_name;         // that its session gets
  std::string tls_server_name;                // that it asked for; empty: none
  // By which it has proved a password at its connect; httpd checks it again with each question.
  std::optional<protocol::AdobeLogin> login{};
};

//   client leg:   client ──────────── bytes, unchanged ────────────► backend
//                 begin:  C0 C1 ─► backend ─► S0 S1 ─► C2 and what the client has sent ─► S2 is passed over
//
// The client's handshake ended at the gateway, so the backend gets one of the gateway's own, and from the client's
// connect on nothing is changed. A side that is slow slows the other one down: bytes wait in a bounded buffer, and
// beyond it in the kernel.
//
// httpd allowed one application, so the stream ends before a second connect reaches the backend. Where httpd is asked
// about streams, StreamAuthorizer sees to that.
//
// When the backend does not get through the handshake, the client's connect is refused, for nobody has answered it yet.
//
// When the client ends its side, the backend gets everything that came before, and then the stream ends. When the
// backend ends, the client gets everything.
class RtmpClientLeg final : public ClientLeg {
 public:
  // The backend answers its handshake within this time.
  static constexpr std::chrono::seconds kHandshakeWithin{10};
  // A client that takes nothing of what its backend gathers goes after this time at the latest.
  static constexpr std::chrono::seconds kViewerStall{30};

  // `owner` and `loop` must outlive the leg.
  RtmpClientLeg(const protocol::SessionTerms& terms, ClientOwner& owner, LoopServices& loop, GreetedClient client,
                TimePoint now);

  // ClientLeg.
  void begin(TimePoint now) override;
  void backend_readable(TimePoint now) override;
  void from_backend(std::string_view bytes, TimePoint now) override;
  void backend_pauses(TimePoint now) override;
  void backend_writable(TimePoint now) override;
  void backend_closed(TimePoint now) override;
  void backend_gathers() override;
  std::size_t room_bytes() const override;
  std::size_t bytes_for_backend() const override { return backend_open_ ? to_backend_.unsent_bytes() : 0; }
  std::size_t bytes_for_client() const override { return to_client_.unsent_bytes(); }
  MediaReport media(TimePoint now) const override;
  TimePoint next_deadline() const override;
  void on_time(TimePoint now) override;
  void refuse(std::string last_words, TimePoint now) override;
  void end_because(SessionEnd why, TimePoint now) override;
  SessionEnd end() const override { return end_; }
  std::string end_detail() const override { return end_detail_; }
  void let_connections_go() override;
  const SessionCounters& counters() const override { return counters_; }

 private:
  std::size_t take_handshake(std::string_view bytes, TimePoint now);
  bool passes_guard(std::string_view bytes, TimePoint now);
  void pass_to_backend(std::string_view bytes, TimePoint now);
  void write_to_backend(TimePoint now);
  std::size_t write_to_client(std::string_view bytes, TimePoint now);
  void write_on_to_client(TimePoint now);

  void read_client(TimePoint now);
  void note_backend_read(std::size_t count, TimePoint now);
  void note_client_read(std::size_t count, TimePoint now);
  void await_readable();
  void await_writable();
  void end_if_done();
  void finish(SessionEnd why, std::string detail = {});
  bool is_stalled(TimePoint since, TimePoint now) const;
  TimePoint backend_stalled_by() const;
  TimePoint backend_look_by() const;
  bool ended() const { return end_ != SessionEnd::none; }

  ClientOwner& owner_;
  LoopServices& loop_;
  DescriptorBudget::Use descriptor_;
  ClientSocket socket_;
  const policy::Way way_;
  std::chrono::milliseconds stall_limit_;
  const double connect_id_; // the transaction id of the client's connect
  std::string greeting_;    // of the client, until the backend's handshake has come that far
  protocol::HandshakeReader handshake_;
  protocol::ConnectGuard guard_;
  protocol::PublishedMedia media_;
  StreamBuffer to_client_;
  StreamBuffer to_backend_;
  std::size_t resume_bytes_;
  policy::ReadPace backend_pace_;
  policy::ReadPace client_pace_;
  QuickBeginning client_beginning_;
  TimePoint began_;
  TimePoint client_progress_;    // when the client last took bytes, or had taken all
  TimePoint backend_progress_;   // the same of the backend
  TimePoint key_frame_;          // when the last one came; used when there was one
  bool greeting_sent_ = false;   // to the backend; before, the client is not read
  bool awaits_readable_ = false; // by the kernel
  bool awaits_held_ = false;     // of what TLS has read
  bool awaits_writable_ = false;
  bool client_ended_ = false;  // it sends no more
  bool client_broken_ = false; // it ended by an error
  bool client_deaf_ = false;   // writing to it failed; the rest for it is dropped
  bool backend_open_ = true;
  bool backend_gathers_ = false; // by itself: what it has is read at once
  const bool is_authorized_;     // SessionTerms::authorize_streams: the stream follows what the client sends
  bool is_refused_ = false;
  std::string last_words_; // for the client, see refuse()
  SessionEnd end_ = SessionEnd::none;
  std::string end_detail_;
  SessionCounters counters_;
};

} // namespace rtmpt_proxy::gateway
