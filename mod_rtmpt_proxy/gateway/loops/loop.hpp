// One event loop of the gateway and what belongs to it: its sessions, its scratch memory.
#pragma once

#include "gateway/base/log_limit.hpp"
#include "gateway/base/loop_services.hpp"
#include "gateway/base/loop_timer.hpp"
#include "gateway/clients/client_home.hpp"
#include "gateway/facts/traffic_totals.hpp"
#include "gateway/loops/session_sampler.hpp"
#include "gateway/loops/shared_state.hpp"
#include "gateway/sessions/session_home.hpp"
#include "gateway/sessions/session_rounds.hpp"
#include "gateway/sessions/session_table.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

class Gateway;

// One thread: a session, its backend leg, its connections and its channels live on one loop for ever, so nothing here
// is locked. Outlives all of them.
class Loop final : public SessionEvents, public SessionDirectory {
 public:
  Loop(Gateway& gateway, SharedState& shared, std::uint32_t index);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  boost::asio::io_context& io() { return io_; }
  std::uint32_t index() const { return index_; } // as session ids name it
  Gateway& gateway() { return gateway_; }
  LoopServices& services() { return services_; }
  SessionHome session_home() { return {services_, sessions_, shared_.session_logs, *this}; }
  ClientHome client_home() { return {services_, shared_.kept_input, *this, connections_}; }
  SessionTable& sessions() { return sessions_; }
  SessionRounds& rounds() { return rounds_; }
  SessionCounts& counts() { return shared_.counts; }
  SessionLogs& session_logs() { return shared_.session_logs; }
  DescriptorBudget& descriptors() { return shared_.descriptors; }
  NameResolver& names() { return shared_.names; }
  // For lines about something that the gateway has no more of: each request of a client would cause one.
  LogLimit& exhaustion_lines() { return exhaustion_lines_; }
  WallTime started() const { return shared_.started; }
  GatewayLog& gateway_log() { return shared_.log; }
  spdlog::logger& log() { return shared_.log.logger(); }

  // After retire(): no new sessions, and soon after the last one has ended the loop is finished.
  void retire();
  // httpd stops: as retire(), but whoever waits for the end waits less long.
  void stop_gracefully();
  // Ends the sessions that are left.
  void end_sessions();
  bool is_retiring() const { return retiring_; }
  // Nothing more may begin here: the process ends as soon as the other loops are finished too.
  bool finished() const { return finished_; }

  // An attempt to open a session failed; `reason` is one of few.
  void session_refused(const std::string& virtual_host, std::string_view reason);

  // A session was refused for want of descriptors: says so now and then.
  void log_full(const std::string& virtual_host);

  // What this loop did; its live sessions are not in it.
  const TrafficTotals& traffic() const { return traffic_; }

 private:
  void session_began(const Stream& session) override;
  void session_ended(const policy::SessionLogRecord& record) override;
  void session_abandoned() override { finish_if_empty(); }

  std::shared_ptr<Stream> find(std::string_view id, std::string_view virtual_host) const override;
  bool is_another_gateways(std::string_view id) const override;
  bool lives_elsewhere(std::string_view id) const override;
  void note_refused(std::string_view id) const override { sessions_.note_refused(id); }
  void move_home(Descriptor client, protocol::HandOver terms, std::string residue) override;

  void finish_if_empty();
  void on_last_words();

  Gateway& gateway_;
  SharedState& shared_;
  const std::uint32_t index_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> until_stopped_{io_.get_executor()};
  LoopTimer timer_{io_};
  LoopServices services_{io_, timer_, shared_.log.logger(), shared_.descriptors};
  SessionTable sessions_;
  OwnedObjects<HttpTunnel> connections_;
  SessionRounds rounds_{io_, sessions_};
  SessionSampler sampler_;
  TrafficTotals traffic_;
  LogLimit exhaustion_lines_;
  bool retiring_ = false;
  bool finished_ = false;
  std::chrono::milliseconds last_words_time_;
  boost::asio::steady_timer last_words_{io_};
};

} // namespace rtmpt_proxy::gateway
