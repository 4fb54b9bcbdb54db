// SPDX-License-Identifier: Apache-2.0
// A hub whose stream "cam" is watched over HTTP.
#pragma once

#include "hub/flv_viewer.hpp"
#include "hub/hub_site.hpp"
#include "support/clients/ffmpeg.hpp"

#include <optional>
#include <string>

namespace rtmpt_proxy::test {

// hub_options() with RTMPTWatch.
HttpdOptions watched(const std::string& mpm = "event", const std::string& lines = {});

// A client on this machine publishes "cam" as long as it lives, two minutes at most.
class WatchedHub {
 public:
  // Starts httpd, and waits until pictures are published.
  explicit WatchedHub(const HttpdOptions& options);

  HttpdFixture& httpd() { return httpd_; }
  FfmpegPublisher& publisher() { return *publisher_; }
  Endpoint endpoint(bool tls) { return tls ? httpd_.tls() : httpd_.plain(); }
  // Of the answer to a request by HTTP without TLS.
  int status_of(const std::string& request);

 private:
  HttpdFixture httpd_;
  std::optional<FfmpegPublisher> publisher_;
};

} // namespace rtmpt_proxy::test
