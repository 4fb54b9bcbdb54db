// SPDX-License-Identifier: Apache-2.0
// The client leg for RTMPT: the session, the client's connections, and the rule when an idle is answered.
#pragma once

#include "gateway/session/exchange.hpp"
#include "gateway/session/session.hpp"
#include "gateway/sessions/client_leg.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

struct LoopServices;

// A client's connection that the gateway has, as the stream sees it. Called in the loop's thread.
class AttachedConnection {
 public:
  // The session has ended. `client_may_go_on`: true when the client may still use its connection (it sent a close, for
  // example), false when it became silent or httpd stops.
  virtual void session_ended(bool client_may_go_on) = 0;
  // Closes the connection if it carries no request now. True if it was closed.
  virtual bool close_if_unused() = 0;
  // How the connection came to the gateway: handed over or pumped.
  virtual policy::Way way() const = 0;

 protected:
  ~AttachedConnection() = default;
};

// When a held idle is answered:
//
//   the backend becomes readable
//     |-- less than RTMPTGather ago the client got data --> the bytes stay in the kernel and gather:
//     |      at the end of the gather, or when much has come (checked every kGatherLook), they are read: one answer
//     `-- else                                           --> they are read at once, and answered
//   the idle's hold ends, or another request of the client follows --> answered with what there is
//
// Session::gather_time() says how long to gather: not at all during handshake and commands, nor while bytes wait here.
class TunnelClientLeg final : public ClientLeg {
 public:
  // Most connections of one session at a time. To make room, the unused connection that joined first is closed.
  static constexpr std::size_t kMostConnections = 32;

  // `owner`, `loop` and `stream_name` must outlive the leg. `stream_name` names the stream in the log.
  TunnelClientLeg(const protocol::SessionTerms& terms, ClientOwner& owner, LoopServices& loop,
                  const std::string& stream_name, TimePoint now);

  // For the objects that carry the client's requests. Each function does what Session's does. Each call can end the
  // stream.
  void request(const SessionRequest& request, Exchange& exchange, policy::Way way);
  std::size_t body_room_bytes(const Exchange& exchange);
  void take_body(const Exchange& exchange, std::string_view piece);
  void end_body(const Exchange& exchange);
  // The body of that send is larger than its virtual host allows. `limit_bytes` is that limit, when the caller knows
  // it. Logged once for each session.
  void body_refused(std::uint32_t sequence_number, const Exchange* carrier, std::optional<std::uint64_t> limit_bytes);
  void hurry(const Exchange& exchange);
  void hurry_for_poll(const Exchange& exchange);
  void forget(const Exchange& exchange);
  void request_refused(std::uint16_t status, std::optional<std::uint32_t> sequence_number = std::nullopt) {
    session_.request_refused(status, sequence_number);
  }
  void used_without_connection() { session_.used_without_connection(); }

  // `connection` begins to carry requests of this session. `forwarded_requests` of them came on it while httpd had it.
  // False when the session has kMostConnections and all are busy. `connection` must call leave() before it is
  // destroyed, unless session_ended() has been called.
  bool join(AttachedConnection& connection, std::uint32_t forwarded_requests);
  void leave(AttachedConnection& connection);

  // ClientLeg.
  void backend_readable(TimePoint now) override;
  void from_backend(std::string_view bytes, TimePoint now) override { session_.from_backend(bytes, now); }
  void backend_pauses(TimePoint now) override { session_.backend_pauses(now); }
  void backend_writable(TimePoint now) override { session_.backend_writable(now); }
  void backend_closed(TimePoint now) override { session_.backend_closed(now); }
  std::size_t room_bytes() const override;
  std::size_t bytes_for_backend() const override { return session_.bytes_for_backend(); }
  std::size_t bytes_for_client() const override { return session_.bytes_for_client(); }
  TimePoint next_deadline() const override;
  void on_time(TimePoint now) override;
  void refuse(std::string last_words, TimePoint now) override;
  void end_because(SessionEnd why, TimePoint now) override { session_.end_because(why, now); }
  SessionEnd end() const override {
    return is_refused_ && session_.ended() ? SessionEnd::stream_refused : session_.end();
  }
  std::string end_detail() const override;
  void let_connections_go() override;
  const SessionCounters& counters() const override { return session_.counters(); }

 private:
  TimePoint pull_time() const;
  bool has_gathered(TimePoint now) const;

  ClientOwner& owner_;
  LoopServices& loop_;
  const std::string& stream_name_;
  Session session_;
  std::vector<AttachedConnection*> connections_; // in the order in which they joined
  std::size_t resume_bytes_;
  TimePoint readable_since_; // since when the backend is readable; used while it is
  TimePoint next_look_;      // used while the backend is readable; see kGatherLook
  bool told_of_refused_body_ = false;
  bool is_refused_ = false;
};

} // namespace rtmpt_proxy::gateway
