// SPDX-License-Identifier: Apache-2.0
// A stream: its client leg, its backend leg, the facts about it, and its places in the limits.
#pragma once

#include "gateway/backends/backend_leg.hpp"
#include "gateway/base/deadline_heap.hpp"
#include "gateway/base/descriptor_budget.hpp"
#include "gateway/facts/session_counts.hpp"
#include "gateway/facts/session_log.hpp"
#include "gateway/facts/session_watch.hpp"
#include "gateway/sessions/rtmp_client_leg.hpp"
#include "gateway/sessions/session_home.hpp"
#include "gateway/sessions/stream_authorizer.hpp"
#include "gateway/sessions/tunnel_client_leg.hpp"
#include "gateway/sessions/upload_cap.hpp"

#include <rtmpt_proxy/policy/limits/ban_list.hpp>
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

  // `admission` names the backend, the limits and the times. `client` is a client of RTMP; without one, the client
  // speaks RTMPT.
  Stream(const SessionHome& home, const protocol::Admission& admission, SessionPlaces places, const MakeLeg& make_leg,
         protocol::SessionId id, std::optional<GreetedClient> client = std::nullopt);
  // Makes the leg to a client that speaks neither RTMPT nor RTMP.
  using MakeClient = std::function<std::unique_ptr<ClientLeg>(ClientOwner&)>;
  // A stream of such a client. It has no leg to a backend: its client leg gets what it shows by itself.
  Stream(const SessionHome& home, const protocol::Admission& admission, SessionPlaces places, protocol::SessionId id,
         const MakeClient& make_client);
  ~Stream() override;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Once it is in the loop's SessionTable: tells the loop, and begins to read from the backend.
  void start();

  const protocol::SessionId& id() const { return id_; }
  bool ended() const { return client_->end() != SessionEnd::none; }

  // Whether the client speaks RTMPT.
  bool is_tunnel() const { return tunnel_ != nullptr; }
  // The client leg of such a stream, for the objects that carry the client's requests. They know the stream by its id,
  // which no client of RTMP is told.
  TunnelClientLeg& client() { return *tunnel_; }

  // Facts about the stream, for logs and status pages.
  const SessionWatch& watch() const { return watch_; }
  // Whether its client has that address, as limits count it, at that virtual host.
  bool is_of(const std::string& vhost, const std::string& address) const {
    return address_ == address && vhost_.text() == vhost;
  }
  // Whom a ban of this stream's client shuts out, and from what: one for each stream that it publishes, at least one.
  // Without an authorizer only the first stream that the client published is known.
  std::vector<policy::BanSubject> ban_subjects() const;
  SessionReport report(TimePoint now) const {
    return watch_.report(client_->counters(),
                         {client_->bytes_for_backend(), client_->bytes_for_client(),
                          authorizer_ ? authorizer_->media(now) : client_->media(now)},
                         now);
  }
  // To be called before start(): see SessionWatch::plays().
  void plays(policy::ClientLeg leg, std::string app, std::string stream_name) {
    watch_.plays(leg, std::move(app), std::move(stream_name));
  }
  // The gateway has the TLS of a connection that carries the client's requests.
  void came_over(protocol::TlsFacts tls) { watch_.came_over(std::move(tls)); }
  // To be called every BitRateMeter::kInterval.
  void sample(TimePoint now) { watch_.sample(client_->counters(), now); }

  // Ends the stream. `unclaimed`: the asker of the open was gone, so nobody knows the session. `administrator`: the
  // client is answered as if the session had never existed. `shutdown`: httpd stops, and connections close when their
  // last bytes are written.
  void end_because(SessionEnd why);

  // Undoes start(), or a part of it, for a stream that no client was told of. Writes no line to the session log.
  void abandon();

  // The process ends: writes the stream's line to the session log. Called when no loop runs any more.
  void log_shutdown();

 private:
  Stream(const SessionHome& home, const protocol::Admission& admission, SessionPlaces places, const MakeLeg& make_leg,
         protocol::SessionId id, protocol::SessionName name);

  // BackendOwner.
  void backend_readable() override;
  void backend_bytes(std::string_view bytes) override;
  void backend_pauses() override;
  void backend_writable() override;
  void backend_closed(std::string_view reason) override;
  void backend_gathers() override { client_->backend_gathers(); }

  // ClientOwner.
  std::size_t write(const Pieces& bytes) override;
  TimePoint held_until() const override;
  void client_asked(policy::Way way, TimePoint now) override { watch_.came(way, now); }
  bool backend_is_readable() const override { return backend_->is_readable(); }
  std::size_t backend_readable_bytes() const override { return backend_->readable_bytes(); }
  void read_backend() override;
  void gather_backend(std::size_t bytes) override { backend_->gather(bytes); }
  void look_at_backend() override;

  bool may_take_waiting_bytes() const override;
  void deadline_changed() override;
  void settled() override;               // of both
  std::shared_ptr<void> keep() override; // of both
  void on_deadline() override;
  void wind_up();

  bool is_held_back() const;
  TimePoint next_deadline() const;
  std::size_t waiting_bytes();

  // With an authorizer.
  void make_authorizer(const protocol::Admission& admission, GreetedClient* client);
  StreamLimits::Tell reach_by_register();
  std::size_t room_bytes() const;
  void give_to_client(std::string_view bytes);
  void follow_authorizer();
  void ask_httpd();
  void deny_soon(std::uint64_t question);
  bool waits_for(std::uint64_t question) const;
  void on_answer(std::uint64_t question, const protocol::AskAnswer& answer);
  void on_verdict(const protocol::AskAnswer& answer, TimePoint now);
  void pass_on(bool stops_following, TimePoint now);
  void on_place();
  void on_take_over(const protocol::SessionName& other, const StreamKey& stream);
  void pace_denial(const protocol::AskAnswer& answer, TimePoint now);
  void end_pace();
  void refuse_rate();
  void refuse_client(const StreamRefusal& refusal);
  void log_refusal(const StreamRefusal& refusal) const;
  void tell_ends(bool session_ends, TimePoint now);
  void log_failure(std::string_view reason) const;

  const SessionHome home_;
  DescriptorBudget::Use descriptor_;
  const protocol::SessionId id_;
  const std::string name_;              // for the log: host, client and backend
  std::optional<SessionPlaces> places_; // given back when the stream ends
  std::unique_ptr<BackendLeg> backend_;
  TunnelClientLeg* tunnel_ = nullptr; // client_, when it is one
  std::unique_ptr<ClientLeg> client_;
  std::unique_ptr<StreamAuthorizer> authorizer_; // null: httpd is not asked about streams, and they have no limits
  std::unique_ptr<UploadCap> upload_cap_;        // null: the client may send as fast as it can
  std::string address_; // of the client, as counted_as() has it, for its turn to be asked about
  protocol::VhostKey vhost_;
  std::string server_name_;
  std::string shown_client_;
  bool is_refused_ = false;
  std::string refusal_detail_; // when it is
  bool is_paced_ = false;      // StreamAsks::begin_refusal() was called, and end_refusal() was not
  SessionWatch watch_;
  std::shared_ptr<SessionLog> log_; // null: its virtual host has no session log
  std::string failure_;             // why the backend's connection failed; empty when it did not
  TimePoint started_;
  TimePoint wind_up_deadline_ = TimePoint::max();
  bool winding_up_ = false; // the stream has ended, and its last bytes go to the backend
};

} // namespace rtmpt_proxy::gateway
