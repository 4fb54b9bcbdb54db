// One event loop of the gateway and what belongs to it: its sessions, its scratch memory.
#pragma once

#include "log_limit.hpp"
#include "loop_timer.hpp"
#include "session_rounds.hpp"
#include "session_sampler.hpp"
#include "session_table.hpp"
#include "shared_state.hpp"
#include "traffic_totals.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::gateway {

class GatewayLoops;

// The gateway as the parts that run on one of its loops see it. One thread: a session, its backend leg, its connections
// and its channels live on one loop for ever, so nothing here is locked. Outlives all of them.
class Gateway {
 public:
  Gateway(GatewayLoops& loops, SharedState& shared, std::uint32_t index);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  boost::asio::io_context& loop() { return loop_; }
  std::uint32_t index() const { return index_; } // as session ids name it
  GatewayLoops& loops() { return loops_; }
  LoopTimer& timer() { return timer_; }
  SessionTable& sessions() { return sessions_; }
  SessionRounds& rounds() { return rounds_; }
  SessionCounts& counts() { return shared_.counts; }
  SessionLogs& session_logs() { return shared_.session_logs; }
  DescriptorBudget& descriptors() { return shared_.descriptors; }
  NameResolver& names() { return shared_.names; }
  // For lines about something that the gateway has no more of: each request of a client would cause one.
  LogLimit& exhaustion_lines() { return exhaustion_lines_; }
  InputBudget& kept_input() { return shared_.kept_input; }
  WallTime started() const { return shared_.started; }
  GatewayLog& gateway_log() { return shared_.log; }
  spdlog::logger& log() { return shared_.log.logger(); }

  // Where a read puts its bytes before they are sorted out. Used between a read and the end of its handler only, so
  // that waiting connections hold no buffer.
  std::array<char, 65536>& scratch() { return scratch_; }
  // The same for what media servers send, which may be read while a client's request still lies in the other.
  std::array<char, 65536>& backend_scratch() { return backend_scratch_; }

  // After retire(): no new sessions, and soon after the last one has ended the loop is finished.
  void retire();
  // httpd stops: as retire(), but whoever waits for the end waits less long.
  void stop_gracefully();
  // Ends the sessions that are left.
  void end_sessions();
  bool retiring() const { return retiring_; }
  // Nothing more may begin here: the process ends as soon as the other loops are finished too.
  bool finished() const { return finished_; }

  // A session entered the table.
  void session_began(const LiveSession& session);
  // A session ended and left the table.
  void session_ended(const policy::SessionLogRecord& record);
  // A session left the table before anybody was told of it.
  void session_abandoned() { finish_if_empty(); }
  // An attempt to open one failed; `reason` is one of few.
  void session_refused(const std::string& virtual_host, std::string_view reason);

  // A session was refused for want of descriptors: says so now and then.
  void log_full(const std::string& virtual_host);

  // What this loop did; its live sessions are not in it.
  const TrafficTotals& traffic() const { return traffic_; }

 private:
  void finish_if_empty();
  void on_last_words();

  GatewayLoops& loops_;
  SharedState& shared_;
  const std::uint32_t index_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> until_stopped_{loop_.get_executor()};
  LoopTimer timer_{loop_};
  SessionTable sessions_;
  SessionRounds rounds_{loop_, sessions_};
  SessionSampler sampler_;
  TrafficTotals traffic_;
  LogLimit exhaustion_lines_;
  bool retiring_ = false;
  bool finished_ = false;
  std::chrono::milliseconds last_words_time_;
  boost::asio::steady_timer last_words_{loop_};
  std::array<char, 65536> scratch_{};
  std::array<char, 65536> backend_scratch_{};
};

} // namespace rtmpt_proxy::gateway
