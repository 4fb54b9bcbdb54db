// A session with its backend leg and its timer: what moves the pure Session.
#pragma once

#include "gateway/backends/backend_leg.hpp"
#include "gateway/base/deadline_heap.hpp"
#include "gateway/base/descriptor_budget.hpp"
#include "gateway/facts/session_counts.hpp"
#include "gateway/facts/session_log.hpp"
#include "gateway/facts/session_watch.hpp"
#include "gateway/session/exchange.hpp"
#include "gateway/session/session.hpp"
#include "gateway/sessions/session_home.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

// A handed-over connection, as its session sees it. Called on the loop.
class AttachedConnection {
 public:
  // The session is over; `client_may_go_on` tells whether the client still expects to use its connection (it said
  // close) or nobody does (it fell silent).
  virtual void session_ended(bool client_may_go_on) = 0;
  // Closes if it carries no request just now; true if it did.
  virtual bool close_if_unused() = 0;
  // How it came to the gateway: handed over or pumped.
  virtual policy::Way way() const = 0;

 protected:
  ~AttachedConnection() = default;
};

// Held by the loop's timer from start() until its leg is closed. Everything runs on its loop, in one thread.
class LiveSession final : public BackendPort,
                          public BackendOwner,
                          public Timed,
                          public std::enable_shared_from_this<LiveSession> {
 public:
  // Connections one session may have at a time; the least recently joined unused one makes room.
  static constexpr std::size_t kMostConnections = 32;

  // Makes the leg of a session whose backend was reached.
  using MakeLeg = std::function<std::unique_ptr<BackendLeg>(BackendOwner&)>;

  // The admission says where to and under which terms.
  LiveSession(const SessionHome& home, const protocol::Admission& admission, SessionPlaces places,
              const MakeLeg& make_leg, std::string id);
  ~LiveSession() override;
  LiveSession(const LiveSession&) = delete;
  LiveSession& operator=(const LiveSession&) = delete;

  // Enters the table and begins to read from the backend.
  void start();

  const std::string& id() const { return id_; }
  bool ended() const { return session_.ended(); }

  // As in Session; see there. `way` is how the request came.
  void request(const SessionRequest& request, Exchange& exchange, policy::Way way);
  std::size_t body_room_bytes(const Exchange& exchange) { return session_.body_room_bytes(exchange); }
  void take_body(const Exchange& exchange, std::string_view piece);
  void end_body(const Exchange& exchange);
  // The body of that send is larger than its virtual host allows (by so many bytes, if known here). Logged, once for
  // each session.
  void body_refused(std::uint32_t sequence_number, std::optional<std::uint64_t> limit_bytes);
  void hurry(const Exchange& exchange);
  void hurry_for_poll(const Exchange& exchange);
  void forget(const Exchange& exchange);
  void request_refused(std::uint16_t status) { session_.request_refused(status); }
  void used_without_connection() { session_.used_without_connection(); }

  // `forwarded_requests` of this session came on the connection while it was httpd's. False when there are
  // kMostConnections and all are busy.
  bool join(AttachedConnection& connection, std::uint32_t forwarded_requests);
  void leave(AttachedConnection& connection);

  // What is known of it, for logs and status pages.
  const SessionWatch& watch() const { return watch_; }
  SessionReport report(TimePoint now) const { return watch_.report(session_.counters(), now); }
  // To be called every BitRateMeter::kInterval.
  void sample(TimePoint now) { watch_.sample(session_.counters(), now); }

  // The asker of its open could not be told of it: nobody knows it.
  void end_unclaimed();

  // Its client is told as if it had never been; the backend's connection is closed.
  void end_by_administrator();

  // Undoes start() as far as it came, for a session that nobody was told of: no line in the session log.
  void abandon();

  // httpd ends, and so does the session; its connections are closed when they have been written what is due.
  void end_by_shutdown();

  // The process ends, and the session with it: its line for the session log. No other loop runs any more.
  void log_shutdown();

 private:
  std::size_t write(const Pieces& bytes) override;

  void backend_readable() override;
  void backend_bytes(std::string_view bytes) override;
  void backend_pauses() override;
  void backend_writable() override;
  void backend_closed(std::string_view reason) override;
  void settled() override;
  std::shared_ptr<void> keep() override { return shared_from_this(); }

  void on_deadline() override;

  void pull();
  TimePoint pull_time() const;
  bool has_gathered(TimePoint now) const;
  TimePoint deadline() const;
  std::size_t room_bytes() const;
  void wind_up();
  void log_failure(std::string_view reason) const;

  const SessionHome home_;
  DescriptorBudget::Use descriptor_;
  std::string id_;
  std::string name_;                    // for the log: host, client and backend
  std::optional<SessionPlaces> places_; // until the session has ended
  std::unique_ptr<BackendLeg> leg_;
  Session session_;
  SessionWatch watch_;
  std::shared_ptr<SessionLog> log_;              // null: its virtual host has none
  std::string failure_;                          // why the backend's connection ended, unless in good order
  std::vector<AttachedConnection*> connections_; // in the order they joined
  std::size_t resume_bytes_;
  TimePoint started_;
  TimePoint readable_since_; // meaningful while the leg is readable
  TimePoint next_look_;      // the same; see kGatherLook
  TimePoint wind_up_deadline_ = TimePoint::max();
  bool winding_up_ = false;
  bool told_of_refused_body_ = false;
};

} // namespace rtmpt_proxy::gateway
