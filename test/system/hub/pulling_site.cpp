// SPDX-License-Identifier: Apache-2.0
#include "hub/pulling_site.hpp"

namespace rtmpt_proxy::test {

namespace {
constexpr std::chrono::seconds kLong{120};
} // namespace

HttpdOptions pulling_options(const std::string& target, const std::string& lines) {
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + target + "\nRTMPTAcceptRTMP On\nRTMPTWatch flv ws\n" + lines;
  options.tls_site = "RTMPTTerminateTLS gateway\n";
  return options;
}

PullingSite::PullingSite(const std::string& lines, const NginxRtmpOptions& nginx)
    : nginx_(nginx), httpd_(pulling_options(nginx_.url() + " cache=on", lines)) {
  httpd_.start();
}

void PullingSite::publish() {
  publisher_.emplace(url("rtmp"), kLong);
  nginx_.wait_for_stream("cam");
}

std::string PullingSite::url(const std::string& scheme, const std::string& name) const {
  const std::uint16_t port = scheme.ends_with('s') ? httpd_.tls().port : httpd_.plain().port;
  return scheme + "://localhost:" + std::to_string(port) + "/live/" + name;
}

int PullingSite::players(const std::string& name) const {
  const auto statistics = nginx_.stream(name);
  return statistics ? statistics->clients - (statistics->publishing ? 1 : 0) : 0;
}

} // namespace rtmpt_proxy::test
