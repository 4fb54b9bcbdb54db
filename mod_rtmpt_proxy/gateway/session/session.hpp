// An RTMPT session: two byte streams between a client that sends numbered requests and one backend connection. Decides
// order, waiting, answers and the end; knows neither sockets nor a clock.
#pragma once

#include "gateway/session/exchange.hpp"
#include "gateway/session/reply_history.hpp"
#include "gateway/session/stream_buffer.hpp"
#include "gateway/session/waiting_room.hpp"

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

// Where the client's bytes go. Called on the session's loop; must not call back into the session.
class BackendPort {
 public:
  // Sends what can be sent at once and returns how many bytes that was; 0 also when the connection is broken (which is
  // reported by Session::backend_closed later).
  virtual std::size_t write(const Pieces& bytes) = 0;

 protected:
  ~BackendPort() = default;
};

struct SessionSettings {
  std::chrono::milliseconds idle_hold{500};
  std::chrono::milliseconds gather{20};
  std::chrono::milliseconds timeout{15000};
  std::size_t buffer_bytes = 1u << 20; // per direction
};

struct SessionRequest {
  protocol::TunnelRequestKind kind = protocol::TunnelRequestKind::idle; // send, idle or close
  std::optional<std::uint32_t> sequence_number;                         // always there but for close
  std::string_view body;                                                // used during the call only
  bool body_follows = false; // of a send: `body` is empty, and the bytes come by Session::take_body()
  std::chrono::milliseconds hold_limit = std::chrono::milliseconds::max();
  // Longest it may wait for its turn or for room before it is answered 503; unset: as long as the session can.
  std::optional<std::chrono::milliseconds> wait_limit;
};

enum class SessionEnd : std::uint8_t {
  none,
  closed,          // the client said close
  backend_closed,  // the backend closed, and the client has been told
  timeout,         // no request for SessionSettings::timeout
  client_gone,     // the one connection it always used is gone
  lost_request,    // a send never came: its stream has a hole
  backend_stalled, // the backend took nothing for a long time while a send waited
  administrator,   // somebody who may do so ended it
  unclaimed,       // nobody waited for the answer to its open any more
  shutdown,        // httpd ends
  body_too_large,  // the body of a send was refused, and the session did not go on well after that
  request_refused, // the last that the client was told is that a request was refused
};

std::string_view to_string(SessionEnd end);

struct SessionCounters {
  std::uint64_t requests = 0;
  std::uint64_t bytes_to_backend = 0;
  std::uint64_t bytes_to_client = 0;
};

// Not thread-safe: every call comes from the session's loop. `now` never goes back.
class Session {
 public:
  // A number this far ahead of the expected one is no number of this client's.
  static constexpr std::uint32_t kMaxAhead = 64;
  // A client that opened sends something so soon, whatever its network; one that does not is not there.
  static constexpr std::chrono::milliseconds kFirstRequestWithin{5000};
  // How long a request waits for one that should have come before it.
  static constexpr std::chrono::milliseconds kGapWait{2000};
  // The longest a held idle is kept once another poll follows it.
  static constexpr std::chrono::milliseconds kPollSpacing{20};
  // How long a waiting send may see no progress, in session timeouts.
  static constexpr int kStallTimeouts = 4;
  // When the backend is gone: how long its last bytes wait for a client that asks on without reading its replies.
  static constexpr std::chrono::milliseconds kUnreadWait{2000};
  // The most bytes in one reply.
  static constexpr std::size_t kMaxReplyBytes = 256u << 10;
  // So much waiting is answered without gathering more.
  static constexpr std::size_t kEnoughBytes = 64u << 10;
  // Until the client got so much it is a conversation of handshake and commands, where gathering costs round trips.
  static constexpr std::uint64_t kConversationBytes = 8192;

  Session(const SessionSettings& settings, BackendPort& backend, TimePoint now);

  // A request arrives. `exchange` is answered exactly once, now or later, unless forget() comes first.
  void request(const SessionRequest& request, Exchange& exchange, TimePoint now);

  // The body of a send that follows its request. How many bytes of it may be given to take_body() now: 0 while it is
  // not the send's turn or the backend is slow (Exchange::body_may_go_on() tells when that has changed), and any number
  // once nobody wants the body any more, because the exchange was answered before its end.
  std::size_t body_room_bytes(const Exchange& exchange);
  // The next bytes, at most body_room_bytes().
  void take_body(const Exchange& exchange, std::string_view piece, TimePoint now);
  // All of it has been given. A body that ends early is told by forget(): when the same number comes again, the bytes
  // that were taken before are not delivered twice.
  void end_body(const Exchange& exchange, TimePoint now);

  // More requests follow on the same connection behind this one: a held idle is answered at once.
  void hurry(const Exchange& exchange, TimePoint now);
  // The same when what follows is another poll: answered soon, but a client that always has several polls under way
  // does not make the gateway answer as fast as the network carries them.
  void hurry_for_poll(const Exchange& exchange, TimePoint now);

  // The client of `exchange` cannot be answered any more. What was received from it counts all the same.
  void forget(const Exchange& exchange, TimePoint now);

  // The body of a send of that number was refused because of its size; if it has begun, it goes no further. When the
  // client does not go on well after that, it is why the session ends. The client may go on with the next number,
  // unless a part of the body was delivered.
  void body_refused(std::uint32_t sequence_number, TimePoint now);

  // Its client was told this status, 400 and above, by whoever carries its requests. When nothing was answered well
  // after that, it is why the session ends.
  void request_refused(std::uint16_t status) { refused_status_ = status; }
  // The status, as long as that is so; else 0.
  std::uint16_t refused_status() const { return refused_status_; }

  // A connection of the gateway's own carries its first request of this session, or is about to: so many came on it
  // while it was httpd's. One of those is gone.
  void connection_joined(std::uint64_t forwarded_requests = 0);
  void connection_left(TimePoint now);
  // A request came by way of httpd, whose connections the gateway cannot see end.
  void used_without_connection() { ++unseen_requests_; }

  // How many bytes may be read from the backend now; 0 stops reading.
  std::size_t backend_room_bytes() const { return backend_open_ ? to_client_.room_bytes() : 0; }
  // Bytes from the backend, at most backend_room_bytes().
  void from_backend(std::string_view bytes, TimePoint now);
  // The backend has no more bytes just now: what came is not kept for more to gather.
  void backend_pauses(TimePoint now);
  // Whether an idle waits for bytes of the backend, and how long such bytes may be kept for more to come.
  bool is_holding() const { return held_.has_value(); }
  std::chrono::milliseconds gather_time() const;
  // Bytes that wait for the backend to become writable; when it is, call backend_writable().
  std::size_t bytes_for_backend() const { return backend_open_ ? to_backend_.unsent_bytes() : 0; }
  void backend_writable(TimePoint now);
  // The backend's connection ended: what is left is delivered, then the client is told.
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
  struct HeldIdle {
    std::uint32_t sequence_number;
    Exchange* exchange;
    TimePoint until;
  };
  // A send whose body did not fit: the rest goes as the backend takes it, then the answer.
  struct DelayedSend {
    std::uint32_t sequence_number;
    Exchange* exchange;
    std::string rest;
    std::size_t done_bytes;
    std::optional<TimePoint> give_up;
    TimePoint progress;
  };
  // A send whose turn it is, and whose body is still coming.
  struct OpenBody {
    std::uint32_t sequence_number;
    Exchange* exchange;
    std::uint64_t delivered_bytes;                       // of the body, by this attempt or an earlier one
    std::uint64_t skip_bytes;                            // delivered by an earlier attempt, and still to come again
    std::optional<std::chrono::milliseconds> wait_limit; // as in SessionRequest
    std::optional<TimePoint> give_up;
    TimePoint progress;      // when bytes of it last came, or went on to the backend
    bool lacks_room = false; // the client is kept from sending more
  };

  // Order.
  void run(WaitingRequest& request, std::string_view body, TimePoint now);
  void run_waiting(TimePoint now);
  void wait_for_turn(const SessionRequest& request, std::uint32_t number, Exchange& exchange, TimePoint now);
  void repeat(const SessionRequest& request, std::uint32_t number, Exchange& exchange, TimePoint now);
  void replace_exchange(Exchange*& old_exchange, Exchange& exchange);
  void pass_gap(TimePoint now);
  bool is_sending() const { return delayed_ || body_; }

  // Bodies that flow.
  void open_body(const WaitingRequest& request, std::uint64_t delivered_bytes, TimePoint now);
  void repeat_body(const SessionRequest& request, Exchange& exchange, TimePoint now);
  void cut_body(TimePoint now);
  void let_body_go_on(TimePoint now);
  void note_cut(std::uint32_t sequence_number, std::uint64_t delivered_bytes);
  std::uint64_t take_cut(std::uint32_t sequence_number);
  std::size_t least_body_room() const;

  // The three kinds.
  void run_send(WaitingRequest& request, std::string_view body, std::uint64_t delivered_bytes, TimePoint now);
  void run_idle(const WaitingRequest& request, TimePoint now);
  void run_close(Exchange* exchange, TimePoint now);

  // Answers.
  void refuse(Exchange* exchange, std::uint16_t status);
  bool data_is_due(TimePoint now) const;
  void answer_held(TimePoint now);
  void answer_with_data(std::uint32_t number, Exchange* exchange, bool is_idle, TimePoint now);
  SessionEnd first_cause(SessionEnd end) const;
  void finish(SessionEnd end, TimePoint now);
  bool deliver_delayed(TimePoint now);
  void give_up_waiting(TimePoint now);
  std::size_t deliver(std::string_view body);
  bool is_waited_for() const { return held_ || is_sending() || !waiting_.empty(); }
  std::chrono::milliseconds silence_limit() const;

  SessionSettings settings_;
  BackendPort& backend_;
  StreamBuffer to_client_;
  StreamBuffer to_backend_;
  ReplyHistory history_;
  WaitingRoom waiting_;
  protocol::PollingInterval polling_;
  std::optional<std::uint64_t> expected_; // next number; unset until the first is seen
  // Sends that were cut off in their bodies and did not come again yet, and how many bytes of each were delivered.
  // Their numbers lie from expected_ to kMaxAhead beyond.
  std::map<std::uint32_t, std::uint64_t> cut_sends_;
  std::optional<HeldIdle> held_;
  std::optional<DelayedSend> delayed_; // never together with body_
  std::optional<OpenBody> body_;
  TimePoint last_request_;
  TimePoint waiting_since_;              // when the oldest unsent byte for the client came
  TimePoint gap_deadline_;               // meaningful while somebody waits for a missing number
  TimePoint unread_until_;               // meaningful when the backend is gone; see kUnreadWait
  std::optional<TimePoint> alone_since_; // the last connection left, and there was only one ever
  std::size_t connections_ever_ = 0;
  std::size_t connections_now_ = 0;
  std::uint64_t unseen_requests_ = 0;         // that came on connections which httpd still has, or had
  std::optional<std::uint32_t> refused_send_; // see body_refused()
  std::uint16_t refused_status_ = 0;
  bool backend_open_ = true;
  SessionEnd end_ = SessionEnd::none;
  SessionCounters counters_;
};

} // namespace rtmpt_proxy::gateway
