// MPM worker and prefork: the connections of streams that a child keeps once it has retired.
//
// httpd closes a kept connection as soon as its child has retired. A client over TLS does not come back from that:
// ffmpeg tries without TLS, librtmp not at all. So a thread that serves a stream is told that the child goes on, for as
// long as the child may live on for streams; see Retirement.
#pragma once

#include "local/gateway_channel.hpp"
#include "module/core/httpd_headers.hpp"
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

  // Nothing goes on: the child is to end at once.
  void end() { over_ = true; }

 private:
  std::atomic<bool> over_{false};
  std::mutex mutex_; // guards the following
  std::unique_ptr<Retirement> retirement_;
  Deadline next_look_ = Deadline::min();
};

// The calling thread serves a request of a stream, up to its next request. Without effect with MPM event.
void keep_while_stream_lives(request_rec* r);

// The connection is not to be kept after all: there is no such session, or the request is a bad one.
void keep_no_longer();

// Whether this child has retired and must not keep the connection that the calling thread serves.
bool must_let_go();

void register_kept_stream_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
