// SPDX-License-Identifier: Apache-2.0
// The thread of a child that moves the bytes of all its pumped connections.
#pragma once

#include "local/descriptor.hpp"
#include "module/core/httpd_headers.hpp"
#include "module/core/local_names.hpp"
#include "module/retirement/retirement.hpp"
#include "module/splice/pumped_connection.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rtmpt_proxy::apache {

// Written to termination_descriptor(): ends all connections.
inline constexpr std::uint64_t kEndAtOnce = 1ull << 32;

// The state of a TLS connection is in the child that made the handshake, so all its bytes must pass through that child.
// The gateway serves the requests. A pumped connection costs no thread of httpd, and it lives on when its child has
// retired, because httpd keeps a child until its last connection has ended. Retirement limits how many retired children
// live on.
class TlsPump {
 public:
  // Starts the thread; `pool`, which outlives the pump, keeps httpd's notes of it. Null with errno when the system
  // gives no thread or no epoll.
  static std::unique_ptr<TlsPump> start(apr_pool_t* pool);

  // Ends the thread, and all connections as they are.
  ~TlsPump();
  TlsPump(const TlsPump&) = delete;
  TlsPump& operator=(const TlsPump&) = delete;

  // Takes over the connection. May be called by any thread, which must not use the connection any more.
  void add(std::unique_ptr<PumpedConnection> connection);

  // The child has retired. From now on the pump regularly asks `retirement` whether the streams may go on. May be
  // called by any thread.
  void retire(std::unique_ptr<Retirement> retirement);

  // An eventfd for a signal handler; the pump owns it. See kEndAtOnce.
  int termination_descriptor() const { return wake_.get(); }

  // One turn of the thread's loop. False when the loop must end. Called by the pump's thread only.
  bool turn();

 private:
  TlsPump(local::Descriptor epoll, local::Descriptor wake) : epoll_(std::move(epoll)), wake_(std::move(wake)) {}

  bool start_thread(apr_pool_t* pool);
  void wake() const;
  void on_wake();
  void take_in();
  int wait_milliseconds() const;
  void look_at_others(Deadline now);
  void abandon_all();
  void serve_listed();
  void serve_due(Deadline now);
  void follow(PumpedConnection& connection);
  void bury();
  void end_all();

  local::Descriptor epoll_;
  local::Descriptor wake_;
  apr_thread_t* thread_ = nullptr;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_; // guards `incoming_` and `new_retirement_`
  std::vector<std::unique_ptr<PumpedConnection>> incoming_;
  std::unique_ptr<Retirement> new_retirement_;

  // The thread's own.
  std::unordered_map<PumpedConnection*, std::unique_ptr<PumpedConnection>> connections_;
  std::vector<PumpedConnection*> listed_; // connections that have more to do without an event
  std::set<std::pair<Deadline, PumpedConnection*>> deadlines_;
  std::unique_ptr<Retirement> retirement_; // null until the child has retired
  Deadline next_look_ = Deadline::max();   // when to check the other children
  std::vector<PumpedConnection*> ended_;   // may be destroyed when no event of this turn names them any more
  std::array<char, 16384> scratch_{};      // as large as a TLS record
};

} // namespace rtmpt_proxy::apache
