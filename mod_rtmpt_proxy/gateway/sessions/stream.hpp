// A stream: its client leg, its backend leg, the facts about it, and its places in the limits.
#pragma once

#include "gateway/backends/backend_leg.hpp"
#include "gateway/base/deadline_heap.hpp"
#include "gateway/base/descriptor_budget.hpp"
#include "gateway/facts/session_counts.hpp"
#include "gateway/facts/session_log.hpp"
#include "gateway/facts/session_watch.hpp"
#include "gateway/sessions/session_home.hpp"
#include "gateway/sessions/tunnel_client_leg.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

//   client --> ClientLeg --write()--> Stream --> BackendLeg --> backend
//          <--           <--bytes---         <--
//
// Lives on one loop, in one thread. The loop's SessionTable owns it until its backend leg is closed.
class Stream final : public BackendOwner,
                     public ClientOwner,
                     public Timed,
                     public std::enable_shared_from_this<Stream> {
 public:
  // Makes the leg to a backend when the connection to it is there.
  using MakeLeg = std::function<std::unique_ptr<BackendLeg>(BackendOwner&)>;

  // `admission` names the backend, the limits and the times.
  Stream(const SessionHome& home, const protocol::Admission& admission, SessionPlaces places, const MakeLeg& make_leg,
         protocol::SessionId id);
  ~Stream() override;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Once it is in the loop's SessionTable: tells the loop, and begins to read from the backend.
  void start();

  const protocol::SessionId& id() const { return id_; }
  bool ended() const { return client_.end() != SessionEnd::none; }

  // The client leg, for the objects that carry the client's requests.
  TunnelClientLeg& client() { return client_; }

  // Facts about the stream, for logs and status pages.
  const SessionWatch& watch() const { return watch_; }
  SessionReport report(TimePoint now) const { return watch_.report(client_.counters(), now); }
  // To be called every BitRateMeter::kInterval.
  void sample(TimePoint now) { watch_.sample(client_.counters(), now); }

  // Ends the stream. `unclaimed`: the asker of the open was gone, so nobody knows the session. `administrator`: the
  // client is answered as if the session had never existed. `shutdown`: httpd stops, and connections close when their
  // last bytes are written.
  void end_because(SessionEnd why);

  // Undoes start(), or a part of it, for a stream that no client was told of. Writes no line to the session log.
  void abandon();

  // The process ends: writes the stream's line to the session log. Called when no loop runs any more.
  void log_shutdown();

 private:
  // BackendOwner.
  void backend_readable() override;
  void backend_bytes(std::string_view bytes) override;
  void backend_pauses() override;
  void backend_writable() override;
  void backend_closed(std::string_view reason) override;
  std::shared_ptr<void> keep() override { return shared_from_this(); }

  // ClientOwner.
  std::size_t write(const Pieces& bytes) override;
  void client_asked(policy::Way way, TimePoint now) override { watch_.came(way, now); }
  bool backend_is_readable() const override { return backend_->is_readable(); }
  std::size_t backend_readable_bytes() const override { return backend_->readable_bytes(); }
  void read_backend() override;

  void deadline_changed() override;
  void settled() override; // of both
  void on_deadline() override;
  void wind_up();
  void log_failure(std::string_view reason) const;

  const SessionHome home_;
  DescriptorBudget::Use descriptor_;
  const protocol::SessionId id_;
  const std::string name_;              // for the log: host, client and backend
  std::optional<SessionPlaces> places_; // given back when the stream ends
  std::unique_ptr<BackendLeg> backend_;
  TunnelClientLeg client_;
  SessionWatch watch_;
  std::shared_ptr<SessionLog> log_; // null: its virtual host has no session log
  std::string failure_;             // why the backend's connection failed; empty when it did not
  TimePoint started_;
  TimePoint wind_up_deadline_ = TimePoint::max();
  bool winding_up_ = false; // the stream has ended, and its last bytes go to the backend
};

} // namespace rtmpt_proxy::gateway
