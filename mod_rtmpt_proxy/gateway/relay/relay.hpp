// SPDX-License-Identifier: Apache-2.0
// The way of a client's bytes to httpd and back, for a client whose TLS ends at the gateway and who speaks no RTMP.
#pragma once

#include "gateway/base/deadline_heap.hpp"
#include "gateway/base/descriptor_budget.hpp"
#include "gateway/relay/httpd_line.hpp"
#include "gateway/relay/relay_home.hpp"
#include "gateway/relay/relay_tail.hpp"
#include "gateway/relay/tls_client.hpp"
#include "gateway/sockets/client_socket.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// httpd gives a relayed client to a session.
struct RelayTakeOver {
  std::string residue; // to be read before what the client sends next
  std::uint64_t taken_bytes =
      0; // what httpd has taken of all that the client has sent; the rest comes behind `residue`
  // Gets the client and everything to be read before its socket. Not called when the client has left.
  std::function<void(DetachedClient client, std::string residue)> serve;
};

// Everything between client and httpd is inside TLS on both sides, so mod_ssl's own checks hold. Nothing is parsed. A
// side that is slow slows the other one down: at most one read of bytes waits here in each direction, beyond it the
// kernel's.
//
//   connecting ── handshake with httpd is done ──► open ◄──── break_promise() ────┐
//       │                                           ├── promise() ──► promised ───┤
//       └── failed twice, too late ──► gone         │                    └── take_over() ──► leaving ──► gone
//                                                   └── an end of httpd, an error, a stall ──► gone
//
// The client's end (close_notify or TCP's) is passed on, and the answer still comes. httpd's end is passed on when
// everything before it is: with close_notify where httpd has said it, so that a client sees when an answer was cut off.
//
// While a session's loop has been promised the client, the client is not read, and httpd's end does not end it.
// In `leaving` the client gets what httpd has sent, up to httpd's end; then it goes to its session.
//
// Owned by its loop (TlsClients) until it is gone. Runs in the loop's thread.
class Relay final : public Timed, public std::enable_shared_from_this<Relay> {
 public:
  // `client` has its handshake behind it.
  Relay(const RelayHome& home, ClientSocket client, protocol::HandOverTls terms, TlsClientPlaces places);
  // `first_bytes` of the client are sent first. Once, after it is owned.
  void start(std::string_view first_bytes);

  // Names the client for httpd.
  std::uint64_t ticket() const { return ticket_; }

  // Keeps the client for a take_over(), which comes within RelayTimes::take_over. False when nobody can have it: it is
  // promised already.
  bool promise();
  // The take-over will not come.
  void break_promise();
  // Once, after promise().
  void take_over(RelayTakeOver taken);

  // Closes it as it is. The client is not told TLS's word for the end, because an answer may be cut off.
  void close();

 private:
  enum class State { connecting, open, promised, leaving, gone };
  // A direction of the pipe has one wait under way at most.
  struct Side {
    bool readable = true; // as far as is known
    bool awaits_readable = false;
    bool awaits_writable = false;
    bool ended = false; // nothing more comes from it
    bool deaf = false;  // it takes nothing more
    std::string unsent; // bytes for this side
    TimePoint progress; // when it last took bytes
  };

  // The way to httpd.
  void connect();
  void shake_hands();
  void await_step(HttpdLine::Socket::wait_type what);
  void on_inner_handshake();
  void try_again(std::string why);
  void connect_after(std::chrono::milliseconds pause);

  // Moving bytes.
  void advance();
  void move_to_httpd();
  bool read_client();
  void write_to_httpd(std::string_view bytes);
  void pass_clients_end();
  void move_to_client();
  bool read_httpd();
  void write_to_client(std::string_view bytes);
  void keep_session();

  bool may_read_client() const;
  bool may_read_httpd() const { return !httpd_side_.ended && !client_owes(); }
  // The client has not taken all that is for it: TLS's own answers count too.
  bool client_owes() const { return !client_side_.unsent.empty() || client_.has_unsent(); }
  void await_client();
  void await_httpd();
  void await_client_writable();
  void await_httpd_writable();
  void advance_soon();

  // Ending.
  bool has_delivered_all() const { return httpd_side_.ended && !client_owes(); }
  void end_if_done();
  void finish();
  void depart();
  void note_client_owes();
  TimePoint client_stalls_at() const;
  TimePoint httpd_stalls_at() const;
  TimePoint deadline() const;
  void arm_timer();
  void on_deadline() override;
  void look_for_client();
  void forget_tail();
  void fail_take_over(std::string_view why);

  const RelayHome home_;
  DescriptorBudget::Use client_descriptor_;
  DescriptorBudget::Use httpd_descriptor_;
  ClientSocket client_;
  HttpdLine httpd_;
  boost::asio::steady_timer pause_;      // before another attempt
  std::chrono::milliseconds busy_pause_; // the next one, while httpd is too busy
  const protocol::HandOverTls terms_;
  const InnerTerms inner_terms_;
  LoopPlace loop_place_;
  AddressPlaces::Place place_;
  const std::uint64_t ticket_;
  RelayTail tail_;
  Side client_side_;
  Side httpd_side_;
  std::optional<RelayTakeOver> taken_;
  TimePoint state_until_; // in connecting, promised, leaving
  TimePoint next_look_;   // while the client is not read: when to see whether it is still there
  TimePoint tail_until_;  // when the tail may be forgotten
  int attempts_left_ = 2;
  State state_ = State::connecting;
  bool client_owed_ = false;      // at the last look
  bool said_end_ = false;         // to httpd
  bool session_kept_ = false;     // for later connections to httpd
  bool ticket_is_due_ = false;    // with the first bytes of httpd's
  bool read_wants_write_ = false; // of httpd's line
  bool advances_soon_ = false;
};

} // namespace rtmpt_proxy::gateway
