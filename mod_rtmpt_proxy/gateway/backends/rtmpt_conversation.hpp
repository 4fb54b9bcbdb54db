// SPDX-License-Identifier: Apache-2.0
// What the gateway sends to an RTMPT server for one session, and when: sends at once, polls at their own pace, a close
// at the end. Knows neither sockets nor a clock.
#pragma once

#include "gateway/backends/idle_habit.hpp"
#include "gateway/backends/poll_pace.hpp"
#include "gateway/backends/rtmpt_requests.hpp"
#include "gateway/base/time_point.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::gateway {

// How a connection to the server ended.
enum class ConnectionEnd : std::uint8_t {
  announced, // its last reply announced it: the server does not execute requests written after it (RFC 9112, 9.6)
  orderly,   // end of file
  broken,    // a reset, or another error
};

// One request is under way at a time. The exception: a send does not wait for an idle that the server holds (see
// IdleHabit), but follows it on the same connection, as librtmp's do.
class RtmptConversation {
 public:
  // C0 and C1 of the RTMP handshake: Red5 wants them in one send.
  static constexpr std::size_t kFirstSendBytes = 1537;
  // How long the first send waits for them.
  static constexpr std::chrono::milliseconds kFirstSendWait{200};
  // The longest wait for the answer to the close.
  static constexpr std::chrono::milliseconds kCloseWait{1000};
  // A server that takes no bytes for this many reply timeouts is given up; the same as for RTMP servers.
  static constexpr int kStallTimeouts = 4;
  // How many connections in a row may end without an answer.
  static constexpr int kMostAttempts = 3;

  // `reply_timeout`: how long a request may go without an answer.
  RtmptConversation(RtmptRequests requests, std::chrono::milliseconds reply_timeout, TimePoint now);

  // Whether some of `waiting_bytes` bytes can be sent now.
  bool takes_bytes(std::size_t waiting_bytes, TimePoint now);
  // Makes a send of the first bytes and returns how many it took; 0 when it takes none now.
  std::size_t send(const Pieces& bytes, TimePoint now);
  // Makes a poll if it is time for one.
  void poll(TimePoint now);
  // Nothing more will be sent: the close follows the requests under way.
  void finish(TimePoint now);

  // The bytes to write to the connection; see RtmptRequests::unwritten().
  auto unwritten() const { return requests_.unwritten(); }
  void written(std::size_t count, TimePoint now);
  // Whether there is a reason to have a connection.
  bool has_requests() const { return !requests_.empty(); }

  // There is room for data again, so the server is read again.
  void resumed(TimePoint now) { progress_ = now; }

  // The server's reply to the first request: its first byte, its body in pieces, its end. Not without has_requests().
  void reply_begins(TimePoint now);
  // The RTMP bytes in a piece of the body.
  std::string_view reply_piece(std::string_view piece, TimePoint now);
  void reply_complete(TimePoint now);
  bool in_reply() const { return in_reply_; }

  // The connection has ended, and `unacknowledged_bytes` have not reached the server's machine. Returns an empty text
  // when the conversation continues over another connection, where the requests under way are written again; that is
  // possible when the server cannot have read them. Otherwise returns why the conversation is over.
  std::string_view connection_ended(ConnectionEnd how, std::size_t unacknowledged_bytes);

  // Whether the server has answered the close, or has had its time for it.
  bool is_over(TimePoint now) const;

  // When poll(), takes_bytes(), is_over() or overdue() must be called again. `has_room`: there is room for data.
  TimePoint next_deadline(bool has_room) const;
  // Why the server is given up; empty while it is not. When `has_room` is false, the delay is not the server's fault.
  std::string_view overdue(bool has_room, TimePoint now) const;

 private:
  bool must_wait_for_idle(TimePoint now);
  TimePoint give_up_time() const;

  RtmptRequests requests_;
  PollPace pace_;
  IdleHabit habit_;
  std::chrono::milliseconds reply_timeout_;
  TimePoint progress_;                       // bytes went out or, inside a body, came in
  std::optional<TimePoint> first_wait_;      // until when the first send waits to be whole
  std::optional<TimePoint> idle_wait_until_; // until when a send waits for the answer to an idle
  std::optional<TimePoint> close_until_;     // close is under way
  TimePoint idle_at_;                        // when the latest idle was made
  std::optional<std::uint8_t> hint_;         // polling byte of the reply that is being read
  bool sent_ = false;                        // the first send is out
  bool in_reply_ = false;
  bool had_polling_byte_ = false;
  bool had_data_ = false;
  bool finished_ = false;
  bool over_ = false;
  int attempts_ = 0; // connections since the last answer
};

} // namespace rtmpt_proxy::gateway
