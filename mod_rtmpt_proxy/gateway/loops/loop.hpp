// SPDX-License-Identifier: Apache-2.0
// One event loop of the gateway, with its sessions, timer and scratch memory.
#pragma once

#include "gateway/base/loop_services.hpp"
#include "gateway/base/loop_timer.hpp"
#include "gateway/clients/client_home.hpp"
#include "gateway/facts/traffic_totals.hpp"
#include "gateway/greeting/greeting_home.hpp"
#include "gateway/greeting/notice_queue.hpp"
#include "gateway/hub/hub_loop.hpp"
#include "gateway/loops/session_sampler.hpp"
#include "gateway/loops/shared_state.hpp"
#include "gateway/relay/relay_home.hpp"
#include "gateway/relay/tls_intake.hpp"
#include "gateway/sessions/session_home.hpp"
#include "gateway/sessions/session_rounds.hpp"
#include "gateway/sessions/session_table.hpp"
#include "gateway/sessions/stream_asks.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

class Gateway;

// A loop runs in one thread. A session, its backend leg, its connections and its channels stay on one loop, so nothing
// here is locked. The loop outlives all of them.
class Loop final : public SessionEvents, public SessionDirectory, public TlsClientEvents, public StreamAsks {
 public:
  Loop(Gateway& gateway, SharedState& shared, std::uint32_t index);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  boost::asio::io_context& io() { return io_; }
  std::uint32_t index() const { return index_; } // session ids contain it
  Gateway& gateway() { return gateway_; }
  LoopServices& services() { return services_; }
  SessionHome session_home() {
    return {services_,           sessions_, shared_.session_logs, *this, *this, {shared_.streams, shared_.bans},
            shared_.hidden_names};
  }
  ClientHome client_home() { return {services_, shared_.kept_input, *this, connections_}; }
  GreetingHome greeting_home() {
    return {services_, index_, asks_, greeters_, shared_.greeting_places, shared_.logins, shared_.kept_input};
  }
  RelayHome relay_home() { return {greeting_home(), tls_clients_, *this, shared_.tls_servers, shared_.relay_tails}; }
  TlsEntrance tls_entrance() { return {shared_.tls_servers, shared_.greeting_places, shared_.relay_places}; }
  TlsClients& tls_clients() { return tls_clients_; }
  // Where httpd is asked about clients of RTMP.
  AskQueue& asks() { return asks_; }
  Greeters& greeters() { return greeters_; }
  SessionTable& sessions() { return sessions_; }
  SessionRounds& rounds() { return rounds_; }
  SessionCounts& counts() { return shared_.counts; }
  BanBook& bans() { return shared_.bans; }
  StreamRegister& stream_register() { return shared_.streams; }
  const HiddenNames& hidden_names() const { return shared_.hidden_names; }
  SessionLogs& session_logs() { return shared_.session_logs; }
  DescriptorBudget& descriptors() { return shared_.descriptors; }
  NameResolver& names() { return shared_.names; }
  TlsContexts& tls() { return shared_.tls; }
  // The loop's part of all hubs.
  const std::shared_ptr<HubLoop>& hub_loop() { return hub_loop_; }
  Pulls& pulls() { return shared_.pulls; }
  // The servers whose TLS the gateway makes.
  TlsServerContexts& tls_servers() { return shared_.tls_servers; }
  // Limits log lines about exhausted resources, because each request of a client could cause one.
  policy::LogLimiter& exhaustion_lines() { return exhaustion_lines_; }
  WallTime started() const { return shared_.started; }
  GatewayLog& gateway_log() { return shared_.log; }
  spdlog::logger& log() { return shared_.log.logger(); }

  // From now on no new session begins, and no TLS client is taken. Soon after the last session has ended and the last
  // TLS client has left, the loop is finished.
  void retire();
  // Like retire(), because httpd stops gracefully: the time after the last session is shorter.
  void stop_gracefully();
  // Ends all sessions that are left, and all clients whose TLS ends here.
  void end_sessions();
  bool is_retiring() const { return retiring_; }
  // True when nothing more may begin here. The process ends as soon as the other loops are finished too.
  bool finished() const { return finished_; }

  // Gives a client of RTMP to the loop where its session will live, so that nothing has to move when it begins.
  void greet_at_chosen_loop(DetachedClient client, protocol::HandOverRtmp terms, std::string residue) override;

  // Counts a failed attempt to open a session. `reason` is one of a few fixed texts.
  void session_refused(const std::string& server_name, std::string_view reason);

  // Logs, at a limited rate, that a session was refused because too many descriptors are in use.
  void log_full(const protocol::VhostKey& vhost);

  // Totals of the sessions that have ended on this loop. Its live sessions are not included.
  const TrafficTotals& traffic() const { return traffic_; }

 private:
  void session_began(const Stream& session) override;
  void session_ended(const policy::SessionLogRecord& record) override;
  void session_abandoned() override { finish_if_empty(); }
  void stream_refused(const std::string& server_name, std::string_view reason) override {
    session_refused(server_name, reason);
  }
  void tls_client_came() override { sampler_.wake(); }
  void tls_client_gone() override { finish_if_empty(); }

  std::shared_ptr<Stream> find(std::string_view id, const protocol::VhostKey& vhost) const override;
  bool is_another_gateways(std::string_view id) const override;
  bool lives_elsewhere(std::string_view id) const override;
  void note_refused(std::string_view id) const override { sessions_.note_refused(id); }
  void move_home(DetachedClient client, protocol::HandOver terms, std::string residue, int refusals) override;

  bool is_empty() const { return sessions_.size() == 0 && tls_clients_.empty(); }
  std::uint64_t next_ticket() override;
  std::chrono::milliseconds begin_refusal(const std::string& address) override;
  void end_refusal(const std::string& address) override;
  std::string new_challenge(const policy::LoginSubject& subject) override;
  policy::ChallengeVerdict use_challenge(const std::string& challenge, const policy::LoginSubject& subject) override;
  void ask(const std::string& address, std::string text, std::function<bool()> is_wanted,
           std::function<void(const protocol::AskAnswer& answer)> done) override;
  void tell(const protocol::SessionName& session, const protocol::VhostKey& vhost, std::string text) override;

  void finish_if_empty();
  void on_last_words();

  Gateway& gateway_;
  SharedState& shared_;
  const std::uint32_t index_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> until_stopped_{io_.get_executor()};
  LoopTimer timer_{io_};
  LoopServices services_{io_, timer_, shared_.log.logger(), shared_.descriptors};
  std::shared_ptr<HubLoop> hub_loop_ = std::make_shared<HubLoop>(services_, shared_.hub_streams);
  SessionTable sessions_;
  OwnedObjects<HttpTunnel> connections_;
  AskQueue asks_{io_, shared_.ask_places};
  NoticeQueue notices_{io_, asks_, shared_.log.logger()};
  Greeters greeters_;
  TlsClients tls_clients_{io_};
  SessionRounds rounds_{io_, sessions_};
  SessionSampler sampler_;
  TrafficTotals traffic_;
  policy::LogLimiter exhaustion_lines_ = line_limit();
  bool retiring_ = false;
  bool finished_ = false;
  std::chrono::milliseconds last_words_time_;
  boost::asio::steady_timer last_words_{io_};
};

} // namespace rtmpt_proxy::gateway
