// SPDX-License-Identifier: Apache-2.0
// A stream's side towards its client, whatever protocol the client speaks. BackendLeg is its counterpart.
#pragma once

#include "gateway/base/time_point.hpp"
#include "gateway/facts/session_watch.hpp"
#include "gateway/session/session.hpp"

#include <rtmpt_proxy/policy/routing/carriage.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// What a client leg calls: its stream. Called in the loop's thread.
class ClientOwner : public BackendPort {
 public:
  // The client sent a request, which came by `way`.
  virtual void client_asked(policy::Way way, TimePoint now) = 0;

  // Whether the backend has sent bytes that read_backend() would deliver.
  virtual bool backend_is_readable() const = 0;
  // How many such bytes wait in the kernel.
  virtual std::size_t backend_readable_bytes() const = 0;
  // Reads what the backend has sent and delivers it by ClientLeg::from_backend(), then calls
  // ClientLeg::backend_pauses(). Does nothing when the backend is not readable.
  virtual void read_backend() = 0;

  // See BackendLeg::gather() and BackendLeg::look().
  virtual void gather_backend(std::size_t bytes) = 0;
  virtual void look_at_backend() = 0;

  // Whether the bytes that write() has not taken may still be taken, should the client send no more: false when they
  // are the beginning of something that only further bytes could complete.
  virtual bool may_take_waiting_bytes() const { return true; }

  // Returns a pointer that keeps the stream, and so the leg, alive while a handler waits.
  virtual std::shared_ptr<void> keep() = 0;

  // The leg calls it at the end of each event that did not come from its stream.
  virtual void settled() = 0;

  // next_deadline() may have become earlier, and nothing else has changed.
  virtual void deadline_changed() = 0;

 protected:
  ~ClientOwner() = default;
};

// Owned by its stream. Everything runs in the loop's thread. `now` never goes back.
class ClientLeg {
 public:
  virtual ~ClientLeg() = default;

  // The stream is in the loop's table, and may be written to. Called once, before anything else.
  virtual void begin(TimePoint /*now*/) {}

  // The backend has sent bytes. The leg calls ClientOwner::read_backend() now, or later when it wants them.
  virtual void backend_readable(TimePoint now) = 0;
  // Takes bytes of the backend, at most room_bytes().
  virtual void from_backend(std::string_view bytes, TimePoint now) = 0;
  // The backend has no more bytes now.
  virtual void backend_pauses(TimePoint now) = 0;
  // The backend takes bytes again.
  virtual void backend_writable(TimePoint now) = 0;
  // The backend's connection has ended. The leg delivers what is left, then tells the client.
  virtual void backend_closed(TimePoint now) = 0;

  // See BackendOwner::backend_gathers().
  virtual void backend_gathers() {}

  // How many bytes of the backend the leg takes now. 0 also when there is so little room that reading is not worth it.
  virtual std::size_t room_bytes() const = 0;
  // How many bytes of the client wait until the backend takes them.
  virtual std::size_t bytes_for_backend() const = 0;

  // How many bytes of the backend wait until the client takes them.
  virtual std::size_t bytes_for_client() const = 0;
  // What the client publishes, as far as the leg knows.
  virtual MediaReport media(TimePoint /*now*/) const { return {}; }

  // When on_time() must be called at the latest.
  virtual TimePoint next_deadline() const = 0;
  virtual void on_time(TimePoint now) = 0;

  // The stream is refused. What waits for the client goes to it, behind that `last_words`, whole or not at all, and
  // then the stream ends with SessionEnd::stream_refused. Nothing more of the backend comes.
  virtual void refuse(std::string last_words, TimePoint now) = 0;
  // Ends the stream for this reason, whatever its state.
  virtual void end_because(SessionEnd why, TimePoint now) = 0;
  // Why the stream has ended; none while it lives.
  virtual SessionEnd end() const = 0;
  // More about the end for an administrator; empty when there is nothing to add.
  virtual std::string end_detail() const = 0;
  // The stream has ended. The leg tells the client's connections and forgets them. Called once.
  virtual void let_connections_go() = 0;

  virtual const SessionCounters& counters() const = 0;
};

} // namespace rtmpt_proxy::gateway
