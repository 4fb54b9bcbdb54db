// SPDX-License-Identifier: Apache-2.0
// An httpd whose gateway fetches the streams of a real nginx-rtmp once for all viewers.
#pragma once

#include "hub/flv_viewer.hpp"
#include "support/clients/ffmpeg.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <optional>
#include <string>

namespace rtmpt_proxy::test {

// Both virtual hosts lead to `target` ("rtmp://127.0.0.1:1935 cache=on") and take RTMP and viewers over HTTP. `lines`
// stand in both.
HttpdOptions pulling_options(const std::string& target, const std::string& lines = {});

class PullingSite {
 public:
  // Starts nginx and httpd.
  explicit PullingSite(const std::string& lines = {}, const NginxRtmpOptions& nginx = {});

  // A client publishes "cam" through httpd from now on, two minutes at most. Returns when nginx has it.
  void publish();
  void stop_publishing() { publisher_.reset(); }

  // "rtmp://localhost:8080/live/cam", and likewise for the other schemes.
  std::string url(const std::string& scheme, const std::string& name = "cam") const;
  FlvViewer watch(const std::string& request) { return FlvViewer(httpd_.plain(), request); }

  HttpdFixture& httpd() { return httpd_; }
  NginxRtmp& nginx() { return nginx_; }
  FfmpegPublisher& publisher() { return *publisher_; }
  // How many play the stream from nginx, as that counts them.
  int players(const std::string& name = "cam") const;

 private:
  NginxRtmp nginx_;
  HttpdFixture httpd_;
  std::optional<FfmpegPublisher> publisher_;
};

} // namespace rtmpt_proxy::test
