// SPDX-License-Identifier: Apache-2.0
// The connections of streams that threads of a child keep after it has retired: with MPM worker and prefork all of
// them, with MPM event those of viewers over HTTP that can be neither handed over nor pumped.
//
// httpd closes a kept connection when its child has retired. A client over TLS does not survive that: ffmpeg tries
// again without TLS, librtmp not at all. So a thread that serves a stream is told that the child has not retired, as
// long as the child may live on for its streams; see Retirement.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/core/local_names.hpp"
#include "module/retirement/retirement.hpp"

#include <atomic>
#include <memory>
#include <mutex>

namespace rtmpt_proxy::apache {

class StreamPlaces;

// Of one child; used by all its threads.
class KeptStreams {
 public:
  // In a child that has retired: whether its streams go on.
  bool may_go_on(const StreamPlaces& places);
  bool may_go_on_beside_pump() const { return !over_ && !beside_pump_.must_end; }

  // The child must end at once: no stream goes on.
  void end() { over_ = true; }

  // In a child with a pump, whose Retirement judges these together with the pumped ones.
  StreamsOfThreads& beside_pump() { return beside_pump_; }

 private:
  std::atomic<bool> over_{false};
  StreamsOfThreads beside_pump_;
  std::mutex mutex_; // guards the following
  std::unique_ptr<Retirement> retirement_;
  Deadline next_look_ = Deadline::min();
};

// Marks the calling thread as serving a stream, until its next request. Without effect with MPM event.
void keep_while_stream_lives(request_rec* r);

// Takes the mark back: there is no such session, or the request is bad, so the connection need not be kept.
void keep_no_longer();

// Whether this child has retired and must not keep the connection that the calling thread serves.
bool must_let_go();

void register_kept_stream_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
