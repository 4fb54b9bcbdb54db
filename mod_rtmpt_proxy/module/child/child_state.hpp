// SPDX-License-Identifier: Apache-2.0
// What one child of httpd keeps: its channels to the gateway and how many of its threads wait for streams.
#pragma once

#include "module/child/kept_streams.hpp"
#include "module/core/httpd_headers.hpp"
#include "module/link/client_places.hpp"
#include "module/link/gateway_client.hpp"
#include "module/link/retained_gateways.hpp"
#include "module/link/shared_waits.hpp"
#include "module/link/waiting_places.hpp"
#include "module/retirement/child_board.hpp"
#include "module/retirement/stream_places.hpp"
#include "module/splice/tls_pump.hpp"

#include <rtmpt_proxy/policy/limits/open_gate.hpp>
#include <rtmpt_proxy/policy/logs/log_limiter.hpp>

#include <atomic>
#include <memory>

#include <unistd.h>

namespace rtmpt_proxy::apache {

// Used by every thread of the child.
class ChildState {
 public:
  ChildState(const std::vector<int>& doors, const GatewayBoard* board, std::size_t thread_count, SharedWaits shared)
      : places(thread_count, shared.lock_file, living_children),
        callback_places(thread_count, shared.lock_file, living_children, kMostLockBytes),
        viewer_places(thread_count, shared.lock_file, living_children, 2 * kMostLockBytes),
        viewers_of_clients(viewer_places.in_this_child()),
        client(doors, static_cast<std::uint32_t>(::getpid()), &places, shared),
        open_gate(places.in_this_child()),
        threads(thread_count),
        refused_opens(shared.refusals),
        board_(board) {}

  // Why no gateway runs, when httpd's parent knows the reason; else empty.
  std::string start_failure() const;

  WaitingPlaces places;            // for threads that wait long
  WaitingPlaces callback_places;   // for threads that wait for the answer of a callback
  WaitingPlaces viewer_places;     // for threads that carry a viewer over HTTP
  ClientPlaces viewers_of_clients; // of these, by client
  GatewayClient client;
  KeptStreams kept_streams;   // by threads
  StreamPlaces stream_places; // connections that streams keep
  policy::OpenGate open_gate; // the backends that opens wait for
  // Limits for lines that strangers can cause at any rate.
  policy::LogLimiter unavailable_lines, refused_lines, full_lines, changed_body_lines, returning_lines,
      unlogged_refusal_lines, status_lines, choice_lines, kept_tls_lines;
  policy::NamedLogLimiters pattern_lines; // by pattern
  policy::NamedLogLimiters crowded_lines; // by backend
  policy::NamedLogLimiters untried_lines; // by backend
  // Each line is about another connection, and shows what its proxy or its stranger has sent.
  static constexpr std::uint64_t kConnectionLines = 100;
  policy::LogLimiter proxy_header_lines{policy::LogLimiter::kInterval, kConnectionLines},
      stranger_lines{policy::LogLimiter::kInterval, kConnectionLines},
      lost_rtmp_lines{policy::LogLimiter::kInterval, kConnectionLines};
  // By client: fail2ban reads these lines, so nobody may keep those about another client out of the log.
  static constexpr std::uint64_t kClientLines = 20;
  policy::SpreadLogLimiters refused_rtmp_lines{kClientLines};
  // By backend. Each line is about another open that failed; an administrator wants to see more than the first of them.
  static constexpr std::uint64_t kBackendLines = 100;
  policy::NamedLogLimiters backend_lines{kBackendLines};
  const std::size_t threads;                 // of this child
  policy::RefusalTally* const refused_opens; // of all children; null: there is no memory for it
  std::atomic<std::size_t> holding{0};       // threads that wait for the gateway or for a client that does not read
  std::unique_ptr<TlsPump> pump; // null where no connection can be pumped; made and ended by the child's main thread
  std::atomic<Deadline> choices_rest_until{
      Deadline::min()}; // no questions until then, because the gateway did not answer the last one

 private:
  const GatewayBoard* board_;
};

// Counts this thread among the waiting ones as long as it lives.
class Holding {
 public:
  explicit Holding(std::atomic<std::size_t>& count) : count_(count), others_(count.fetch_add(1)) {}
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;
  ~Holding() { count_.fetch_sub(1); }

  std::size_t others() const { return others_; } // how many waited already

 private:
  std::atomic<std::size_t>& count_;
  const std::size_t others_;
};

void register_child_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
