// SPDX-License-Identifier: Apache-2.0
// The gateway's event loops, one thread each.
#pragma once

#include "gateway/loops/loop.hpp"
#include "gateway/loops/shared_state.hpp"
#include "gateway/loops/status_office.hpp"
#include "gateway/session/session_id.hpp"

#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

// Owns the loops. Loops share SharedState and nothing else: to reach another loop's objects, a loop posts a handler to
// it.
class Gateway {
 public:
  // Makes `count` loops, 1 to protocol::kMaxGatewayLoops. They start with run(). `names` says how the addresses of
  // backends are looked up.
  explicit Gateway(std::uint32_t count, NameRules names = {});
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  std::uint32_t count() const { return static_cast<std::uint32_t>(loops_.size()); }

  // `index` is below count(). The first loop also serves the lifeline, the door and the control socket.
  Loop& at(std::uint32_t index) { return *loops_[index]; }
  Loop& first() { return at(0); }

  StatusOffice& status_office() { return status_office_; }

  // The tag in the ids of all sessions of this gateway.
  const std::string& tag() const { return tag_; }

  // Whether this gateway made `id`. Its session may be gone.
  bool gave(std::string_view id) const { return protocol::gateway_tag_of(id) == tag_; }

  // The loop that `id` names, whichever gateway made the id. Null when this gateway has no such loop.
  Loop* home_of(std::string_view id);

  // Runs the first loop in the calling thread, and each other loop and the status office in a thread of its own, until
  // stop(). When one loop fails, all stop, and its exception is thrown here. Sessions that still run then get their
  // line in the session log.
  void run();

  // The following may be called by every thread.

  // Ends all loops as they are; run() returns.
  void stop();

  // How many sessions one loop gets before the next loop is used. httpd's settings set it.
  void set_sessions_per_loop(std::uint32_t sessions) { sessions_per_loop_ = sessions; }

  // Chooses the loop for a new session and counts the session there, for as long as `places` lives.
  Loop& home_for(SessionPlaces& places);

  // Chooses the loop for a client of RTMP that has no session yet, and counts it there.
  LoopChoice choose_loop() { return shared_.counts.choose_loop(count(), sessions_per_loop_); }

  // The same for a client whose TLS is to be made, of which nothing is known yet.
  LoopChoice choose_tls_loop() { return shared_.counts.choose_tls_loop(count()); }

  // From now on httpd is asked there about clients of RTMP, `most` times at a time on all loops together; null: it
  // cannot be asked.
  void use_ask_door(const std::shared_ptr<const local::Descriptor>& door, std::uint32_t most);

  // Takes no new sessions. Calls stop() when the last session has ended and its last bytes have had time to leave.
  void retire();

  // Like retire(), because httpd stops gracefully. The caller calls end_sessions() after `within`.
  void stop_gracefully(std::chrono::milliseconds within);

  // Ends the sessions of all loops.
  void end_sessions();

  // A retired loop calls it when it has nothing left to do.
  void note_finished();

 private:
  void run_one(Loop& loop);
  void log_shutdown();

  const std::string tag_ = make_gateway_tag();
  SharedState shared_; // outlives the loops
  StatusOffice status_office_{*this};
  std::vector<std::unique_ptr<Loop>> loops_;
  std::atomic<std::uint32_t> unfinished_;
  std::atomic<std::uint32_t> sessions_per_loop_{protocol::kDefaultSessionsPerLoop};
  std::mutex failure_mutex_;
  std::exception_ptr failure_; // the first; guarded by failure_mutex_
};

} // namespace rtmpt_proxy::gateway
