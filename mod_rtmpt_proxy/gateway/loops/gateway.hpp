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

// Loops share SharedState and nothing else; what one has for another it posts.
class Gateway {
 public:
  // `count` loops, 1 to protocol::kMaxGateway. They begin with run(). `names` says how addresses of media servers
  // are found.
  explicit Gateway(std::uint32_t count, NameRules names = {});
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  std::uint32_t count() const { return static_cast<std::uint32_t>(loops_.size()); }

  // `index` is below count(). The first is where httpd's parent and the door are listened to.
  Loop& at(std::uint32_t index) { return *loops_[index]; }
  Loop& first() { return at(0); }

  StatusOffice& status_office() { return status_office_; }

  // What the ids of all sessions here have in common.
  const std::string& tag() const { return tag_; }

  // Whether `id` is one of this gateway's, of a session that lives or of one that is gone.
  bool gave(std::string_view id) const { return protocol::gateway_tag_of(id) == tag_; }

  // The loop whose session `id` would be, at whatever gateway; null when there is no such loop.
  Loop* home_of(std::string_view id);

  // Runs the first loop in the calling thread, each other and the status office in a thread of its own, until stop().
  // When one fails all end, and its exception is thrown here. Sessions that still run then end, and the session log
  // says so.
  void run();

  // The following may be called by every thread.

  // Ends all loops as they are; run() returns.
  void stop();

  // So many sessions share a loop before the next one is used. From the first settings on they are httpd's.
  void set_sessions_per_loop(std::uint32_t sessions) { sessions_per_loop_ = sessions; }

  // The loop for a new session, which keeps the place in `places` as long as it lives.
  Loop& home_for(SessionPlaces& places);

  // No new sessions anywhere; stop() comes when the last one has ended and the last words are said.
  void retire();

  // As retire(), because httpd stops. The sessions that are left after `within` are to be ended by end_sessions().
  void stop_gracefully(std::chrono::milliseconds within);

  // Ends the sessions of all loops.
  void end_sessions();

  // A retired loop has nothing left to do.
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
