// SPDX-License-Identifier: Apache-2.0
// Counts the connections of httpd that streams keep, in all children together, so that streams never keep all of them.
//
// A connection that is pumped waits in its child for as long as its stream lasts, and counts for how many the child may
// have (ThreadsPerChild and AsyncRequestWorkerFactor). With MPM worker and prefork it keeps a thread.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/retirement/child_board.hpp"

#include <rtmpt_proxy/policy/limits/stream_room.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>

namespace rtmpt_proxy::apache {

// Of one child; used by all its threads.
class StreamPlaces {
 public:
  // To be called once, in the child, before its threads begin.
  void start();

  // Counts the connection as a stream's, from now to its end. False, and nothing is counted, when the site needs the
  // connections that are left. A connection that was counted before is counted once.
  bool take(conn_rec* c);

  // The same for a connection whose client may not be let in yet: such ones leave a quarter of the places to the
  // others.
  bool take_undecided(conn_rec* c);

  // The same for a stream that already runs; it always gets a place.
  void count(conn_rec* c);

  // Streams of this child.
  std::uint32_t own() const;

  // most(): how many streams are allowed now; most_undecided(): up to which number take_undecided() gives a place.
  // taken(): how many there are.
  std::size_t most() const;
  std::size_t most_undecided() const;
  std::size_t taken() const;

 private:
  static apr_status_t give_back(void* places);
  void change(int by);

  ChildBoard board_;
  policy::StreamRoom room_;  // with no retired child
  mutable std::mutex mutex_; // guards the following
  ChildEntry* entry_ = nullptr;
  std::uint32_t own_ = 0;
};

// What the MPM's settings leave for streams when no child has retired. Also in the parent, when the configuration has
// been read.
policy::StreamRoom room_of_mpm();

} // namespace rtmpt_proxy::apache
