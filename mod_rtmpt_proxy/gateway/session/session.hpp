// SPDX-License-Identifier: Apache-2.0
// An RTMPT session: two byte streams between a client that sends numbered requests and one backend connection. It
// decides order, waiting, answers and the end. It knows neither sockets nor a clock.
#pragma once

#include "gateway/session/exchange.hpp"
#include "gateway/session/reply_history.hpp"
#include "gateway/session/stream_buffer.hpp"
#include "gateway/session/waiting_room.hpp"

#include <rtmpt_proxy/protocol/messages/session_terms.hpp>
#include <rtmpt_proxy/protocol/rtmpt/polling_interval.hpp>
#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// Takes the client's bytes. The session calls it in the thread of its loop. An implementation must not call the session
// from here.
class BackendPort {
 public:
  // Sends as much as it can without waiting and returns the number of bytes sent. Also returns 0 when the connection is
  // broken; then Session::backend_closed() is called later.
  virtual std::size_t write(const Pieces& bytes) = 0;

  // Before that time it does not count as a stall that nothing is sent: something else than the backend holds the
  // bytes.
  virtual TimePoint held_until() const { return TimePoint::min(); }

 protected:
  ~BackendPort() = default;
};

struct SessionRequest {
  protocol::TunnelRequestKind kind = protocol::TunnelRequestKind::idle; // send, idle or close
  std::optional<std::uint32_t> sequence_number;                         // always set, except that a close may have none
  std::string_view body;                                                // read during the call only
  bool body_follows = false; // for a send: `body` is empty, and the bytes come by Session::take_body()
  std::chrono::milliseconds hold_limit = std::chrono::milliseconds::max();
  // The longest time that the request may wait for its turn or for room. Then it is answered 503. Unset: the session
  // sets the limit.
  std::optional<std::chrono::milliseconds> wait_limit;

  // When that is, for a request that begins to wait now. Unset without a limit.
  std::optional<TimePoint> answer_by(TimePoint now) const {
    return wait_limit ? std::optional(now + *wait_limit) : std::nullopt;
  }
};

enum class SessionEnd : std::uint8_t {
  none,
  closed,          // the client sent a close
  backend_closed,  // the backend closed its connection, and the client has been told
  timeout,         // no request came for SessionTerms::session_timeout
  client_gone,     // the only connection that the client ever used is gone
  lost_request,    // a send is missing: the stream would have a hole
  backend_stalled, // the backend took no bytes for a long time while a send waited
  administrator,   // an administrator ended it
  unclaimed,       // the client of the open was gone before it got the session id
  shutdown,        // httpd stops
  body_too_large,  // the body of a send was refused, and no request succeeded after that
  request_refused, // the client's last request was refused
  stream_refused,  // its connect, publish or play was refused, or could not be decided about; the session never says so
};

std::string_view to_string(SessionEnd end);

struct SessionCounters {
  std::uint64_t requests = 0;
  std::uint64_t bytes_to_backend = 0;
  std::uint64_t bytes_to_client = 0;
};

// Not thread-safe: every call comes from the thread of the session's loop. `now` never goes back.
class Session {
 public:
  // A sequence number further ahead of the expected one than this is refused: it cannot be the client's.
  static constexpr std::uint32_t kMaxAhead = 64;
  // A client sends its first request within this time after its open, however slow its network. Otherwise it is gone.
  static constexpr std::chrono::milliseconds kFirstRequestWithin{5000};
  // How long a missing request is waited for when a later one has come. That time goes on when the later one may not
  // wait so long and is told to come again.
  static constexpr std::chrono::milliseconds kGapWait{2000};
  // A request that may wait no longer ends that time when so little of it is left: the client would come again in vain.
  // (A forwarded request may wait for kGapWait from its arrival. The time of a body that broke off begins when the
  // gateway hears of that, which may be a little later.)
  static constexpr std::chrono::milliseconds kGapRest{200};
  // The longest time that an idle is held when another poll follows on the same connection.
  static constexpr std::chrono::milliseconds kPollSpacing{20};
  // A send that makes no progress for this many session timeouts ends the session.
  static constexpr int kStallTimeouts = 4;
  // When the backend is gone: how long its last bytes wait for a client that sends requests but does not read its
  // replies.
  static constexpr std::chrono::milliseconds kUnreadWait{2000};
  // The most bytes in one reply.
  static constexpr std::size_t kMaxReplyBytes = 256u << 10;
  // When this many bytes wait, the session answers without gathering more.
  static constexpr std::size_t kEnoughBytes = 64u << 10;
  // The first bytes to the client are handshake and commands. Gathering would delay each round trip, so it begins after
  // this many bytes.
  static constexpr std::uint64_t kConversationBytes = 8192;

  Session(const protocol::SessionTerms& terms, BackendPort& backend, TimePoint now);

  // Takes a request. The session answers `exchange` exactly once, now or later, unless forget() is called before.
  void request(const SessionRequest& request, Exchange& exchange, TimePoint now);

  // For a send whose body follows its request: how many bytes of the body take_body() takes now. 0 while it is not the
  // send's turn or while the backend is slow; Exchange::body_may_go_on() tells when that has changed. When the exchange
  // was answered before the end of the body, any number of bytes is taken and dropped.
  std::size_t body_room_bytes(const Exchange& exchange);
  // Takes the next bytes of the body, at most body_room_bytes().
  void take_body(const Exchange& exchange, std::string_view piece, TimePoint now);
  // The body is complete. When it ends early, the owner calls forget() instead. When the same sequence number comes
  // again, the bytes that were taken before are not delivered twice.
  void end_body(const Exchange& exchange, TimePoint now);

  // More requests follow on the same connection. If `exchange` is a held idle, it is answered at once.
  void hurry(const Exchange& exchange, TimePoint now);
  // Like hurry(), when the next request is another poll: the idle is answered within kPollSpacing. Without that pause,
  // a client that always has several polls under way would make the gateway answer as fast as the network allows.
  void hurry_for_poll(const Exchange& exchange, TimePoint now);

  // `exchange` cannot be answered any more. The bytes that were received from it stay in the stream.
  void forget(const Exchange& exchange, TimePoint now);

  // The body of the send with that number was refused because it is too large. `carrier` is the exchange of the refused
  // request, if the session knows it: its body is cut off, and forget() follows. Another exchange may bring the same
  // number at the same time; it goes on. The client may continue with the next number, unless a part of the body was
  // delivered. If no request succeeds after that, the session ends with body_too_large.
  void body_refused(std::uint32_t sequence_number, const Exchange* carrier, TimePoint now);

  // The carrier of a request (HttpTunnel, ChildChannel or httpd) has refused it with this status, 400 or above. If no
  // request succeeds after that, the session ends with request_refused. httpd tells of it after its answer, perhaps
  // when the client has already repeated the request: a refusal of a number that has been served says nothing.
  void request_refused(std::uint16_t status, std::optional<std::uint32_t> sequence_number = std::nullopt);
  // The status of the last refusal when no request has succeeded since; else 0.
  std::uint16_t refused_status() const { return refused_status_; }

  // connection_joined(): a connection that the gateway has begins to carry this session's requests.
  // `forwarded_requests` of them came on it before, while httpd had the connection. connection_left(): such a
  // connection is gone.
  void connection_joined(std::uint64_t forwarded_requests = 0);
  void connection_left(TimePoint now);
  // httpd forwarded a request. The gateway cannot see when that connection ends.
  void used_without_connection() { ++unseen_requests_; }

  // How many bytes may be read from the backend now; 0 stops reading.
  std::size_t backend_room_bytes() const { return backend_open_ ? to_client_.room_bytes() : 0; }
  // Takes bytes from the backend, at most backend_room_bytes().
  void from_backend(std::string_view bytes, TimePoint now);
  // The backend has no more bytes now, so the bytes that came are answered without waiting for more.
  void backend_pauses(TimePoint now);
  // is_holding(): whether an idle waits for bytes of the backend. gather_time(): how long the first of these bytes may
  // wait for more.
  bool is_holding() const { return held_.has_value(); }
  std::chrono::milliseconds gather_time() const;
  // How many bytes wait until the backend can take them. The owner calls backend_writable() when it can.
  std::size_t bytes_for_backend() const { return backend_open_ ? to_backend_.unsent_bytes() : 0; }
  // How many bytes of the backend wait until the client asks for them.
  std::size_t bytes_for_client() const { return to_client_.unsent_bytes(); }
  void backend_writable(TimePoint now);
  // The backend's connection has ended. The session first delivers what is left and then tells the client.
  void backend_closed(TimePoint now);

  // Ends the session for this reason, whatever its state.
  void end_because(SessionEnd why, TimePoint now) { finish(why, now); }

  // When on_time() must be called at the latest.
  TimePoint next_deadline() const;
  void on_time(TimePoint now);

  SessionEnd end() const { return end_; }
  bool ended() const { return end_ != SessionEnd::none; }
  const SessionCounters& counters() const { return counters_; }
  // How much memory the streams hold, for limits and tests.
  std::size_t storage_bytes() const { return to_client_.storage_bytes() + to_backend_.storage_bytes(); }

 private:
  // Order.
  void run(WaitingRequest& request, std::string_view body, TimePoint now);
  void run_waiting(TimePoint now);
  void wait_for_turn(const SessionRequest& request, std::uint32_t number, Exchange& exchange, TimePoint now);
  void repeat(const SessionRequest& request, std::uint32_t number, Exchange& exchange, TimePoint now);
  // Two attempts at one request; see WaitingRequest::rival.
  static void replace_exchange(WaitingRequest& request, const SessionRequest& again, Exchange& exchange, TimePoint now);
  static bool promote_rival(WaitingRequest& request, TimePoint now);
  static bool lose_attempt(WaitingRequest& request, const Exchange& exchange, TimePoint now);
  void lose_held(const Exchange& exchange, TimePoint now);
  bool go_on_with_rival(TimePoint now);
  bool is_held(const Exchange& exchange) const;
  void give_up_rival(WaitingRequest& request, TimePoint now);
  // Gaps: a number is missing, and later ones have come.
  bool has_gap() const;
  bool gap_is_over(TimePoint now) const;
  void pass_gap(TimePoint now);
  void tell_to_come_again(Exchange* exchange, const WaitingRequest& request);
  bool lacks_cut_send_before(std::uint32_t number) const;
  bool is_sending() const { return sending_.has_value(); }

  // Bodies that flow.
  bool takes_body_of(const Exchange& exchange) const;
  bool waits_as_rival(const Exchange& exchange) const;
  void open_body(WaitingRequest& request, std::uint64_t delivered_bytes, TimePoint now);
  void repeat_body(const SessionRequest& request, Exchange& exchange, TimePoint now);
  void cut_body(TimePoint now);
  void complete_send(TimePoint now);
  void let_body_go_on(TimePoint now);
  void note_cut(std::uint32_t sequence_number, std::uint64_t delivered_bytes);
  std::uint64_t take_cut(std::uint32_t sequence_number);
  std::size_t least_body_room() const;

  // The three kinds.
  void run_send(WaitingRequest& request, std::string_view body, std::uint64_t delivered_bytes, TimePoint now);
  void run_idle(WaitingRequest& request, TimePoint now);
  void run_close(Exchange* exchange, TimePoint now);

  // Answers.
  void refuse(Exchange* exchange, std::uint16_t status);
  bool data_is_due(TimePoint now) const;
  void answer_held(TimePoint now);
  void answer_with_data(const WaitingRequest& request, bool is_idle, TimePoint now);
  SessionEnd first_cause(SessionEnd end) const;
  void finish(SessionEnd end, TimePoint now);
  bool deliver_delayed(TimePoint now);
  void give_up_waiting(TimePoint now);
  std::size_t deliver(std::string_view body);
  bool is_waited_for() const { return held_ || is_sending() || !waiting_.empty(); }
  TimePoint stalled_by(const WaitingRequest& send) const;
  std::chrono::milliseconds silence_limit() const;

  protocol::SessionTerms terms_;
  BackendPort& backend_;
  StreamBuffer to_client_;
  StreamBuffer to_backend_;
  ReplyHistory history_;
  WaitingRoom waiting_;
  protocol::PollingInterval polling_;
  std::optional<std::uint64_t> expected_; // next number; unset until the first is seen
  // Sends whose bodies were cut off and that have not come again yet: sequence number, and how many bytes were
  // delivered. The numbers are between expected_ and expected_ + kMaxAhead.
  std::map<std::uint32_t, std::uint64_t> cut_sends_;
  // The lowest of the requests that waited for their turn and were told to come again. While its turn has not come, it
  // shows a gap as one that waits does.
  struct Place {
    std::uint32_t sequence_number = 0;
    protocol::TunnelRequestKind kind = protocol::TunnelRequestKind::idle;
  };
  std::optional<Place> told_again_;
  std::optional<WaitingRequest> held_; // an idle
  // The send whose turn it is. With body_comes its body is still arriving. Without, its body did not fit into the
  // buffer: the rest follows as the backend takes bytes, then the send is answered.
  std::optional<WaitingRequest> sending_;
  TimePoint last_request_;
  TimePoint waiting_since_;              // when the oldest unsent byte for the client came
  TimePoint gap_deadline_;               // used while has_gap()
  TimePoint unread_until_;               // used when the backend is gone; see kUnreadWait
  std::optional<TimePoint> alone_since_; // since when its only connection is gone
  std::size_t connections_ever_ = 0;
  std::size_t connections_now_ = 0;
  std::uint64_t unseen_requests_ = 0;         // requests that came on connections of httpd
  std::optional<std::uint32_t> refused_send_; // see body_refused()
  std::uint16_t refused_status_ = 0;
  bool backend_open_ = true;
  SessionEnd end_ = SessionEnd::none;
  SessionCounters counters_;
};

} // namespace rtmpt_proxy::gateway
