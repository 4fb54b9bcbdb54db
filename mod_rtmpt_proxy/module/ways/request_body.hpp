// SPDX-License-Identifier: Apache-2.0
// The body of a tunnel request, read piece by piece through httpd's filters.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/ways/body_watch.hpp"

#include <rtmpt_proxy/policy/routing/refusals.hpp>
#include <rtmpt_proxy/policy/text/body_framing.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace rtmpt_proxy::apache {

using policy::BodyEnd;
using policy::Framing;

// How this request says where its body ends.
Framing check_framing(const request_rec* r);

// The largest body of this request: RTMPTBodyLimit, or LimitRequestBody where that is less.
std::uint64_t body_limit(const request_rec* r, std::uint64_t own_limit_bytes);

// Whether another module has already read some of the body. Its filter gives these bytes back, so the body must be read
// through all filters of the request, and the connection cannot be handed over before that.
bool body_reading_has_begun(const request_rec* r);

// Used by one thread. A body whose Content-Length is over the limit is too_large before any of it is read. After the
// end nothing more is read. Unless the end is `whole`, the connection cannot be used any more.
class RequestBody {
 public:
  RequestBody(request_rec* r, std::uint64_t limit_bytes);
  ~RequestBody();
  RequestBody(const RequestBody&) = delete;
  RequestBody& operator=(const RequestBody&) = delete;

  // Appends the next bytes to `bytes`, up to `most_bytes` in it. With APR_BLOCK_READ it waits until the first byte
  // comes or the body ends, as long as httpd waits (Timeout, mod_reqtimeout). It does not wait for more. A body that
  // takes longer than policy::kMostRequestTime is too_slow, as on connections that the gateway reads.
  void read(std::string& bytes, std::size_t most_bytes, apr_read_type_e block);

  // Reads up to `most_bytes` and drops them, waiting for the client.
  void skip(std::uint64_t most_bytes);

  BodyEnd end() const { return end_; }
  std::uint64_t limit_bytes() const { return limit_bytes_; }

 private:
  bool read_brigade(apr_size_t most_bytes, apr_read_type_e block);
  void take_brigade(std::string& bytes);
  BodyEnd end_by_filters() const;

  request_rec* r_;
  const BodyWatch* watch_;
  const std::uint64_t limit_bytes_;
  const std::chrono::steady_clock::time_point until_; // a body that has not ended by then is too slow
  apr_bucket_brigade* brigade_;
  std::uint64_t seen_bytes_ = 0;
  BodyEnd end_ = BodyEnd::not_yet;
};

} // namespace rtmpt_proxy::apache
