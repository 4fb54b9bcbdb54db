// The one thread of a child that moves the bytes of all its pumped connections.
#pragma once

#include "local/file_descriptor.hpp"
#include "local/gateway_channel.hpp"
#include "module/core/httpd_headers.hpp"
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

// Written to termination_descriptor(): all connections are to end.
inline constexpr std::uint64_t kEndAtOnce = 1ull << 32;

// A TLS connection's state is in the child that made the handshake, so its bytes must pass through it. The gateway
// serves the requests; a pumped connection costs no thread of httpd, and outlives the retirement of its child, which
// httpd keeps until its last connection has ended. How many retired children may live on so is limited, see Retirement.
class TlsPump {
 public:
  // Starts the thread; `pool`, which outlives the pump, keeps httpd's notes of it. Null with errno when the system
  // gives no thread or no epoll.
  static std::unique_ptr<TlsPump> start(apr_pool_t* pool);

  // Ends the thread, and all connections as they are.
  ~TlsPump();
  TlsPump(const TlsPump&) = delete;
  TlsPump& operator=(const TlsPump&) = delete;

  // From any thread; the connection is not to be used there any more.
  void add(std::unique_ptr<PumpedConnection> connection);

  // From any thread: the child has retired. From now on `retirement` is asked regularly whether the streams may go on.
  void retire(std::unique_ptr<Retirement> retirement);

  // An eventfd that stays the pump's, for a signal handler. See kEndAtOnce.
  int termination_descriptor() const { return wake_.get(); }

  // One turn of the loop; false when it is to end. For the thread alone.
  bool turn();

 private:
  TlsPump(FileDescriptor epoll, FileDescriptor wake) : epoll_(std::move(epoll)), wake_(std::move(wake)) {}

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

  FileDescriptor epoll_;
  FileDescriptor wake_;
  apr_thread_t* thread_ = nullptr;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_; // guards `incoming_` and `new_retirement_`
  std::vector<std::unique_ptr<PumpedConnection>> incoming_;
  std::unique_ptr<Retirement> new_retirement_;

  // The thread's own.
  std::unordered_map<PumpedConnection*, std::unique_ptr<PumpedConnection>> connections_;
  std::vector<PumpedConnection*> listed_; // have more to do without an event
  std::set<std::pair<Deadline, PumpedConnection*>> deadlines_;
  std::unique_ptr<Retirement> retirement_; // null until the child has retired
  Deadline next_look_ = Deadline::max();   // at other children
  std::vector<PumpedConnection*> ended_;   // may be destroyed when no event of this turn names them any more
  std::array<char, 16384> scratch_{};      // of a TLS record
};

} // namespace rtmpt_proxy::apache
