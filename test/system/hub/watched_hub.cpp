// SPDX-License-Identifier: Apache-2.0
#include "hub/watched_hub.hpp"

#include "support/clients/http_connection.hpp"

namespace rtmpt_proxy::test {

namespace {
constexpr std::chrono::seconds kLong{120};
} // namespace

HttpdOptions watched(const std::string& mpm, const std::string& lines) {
  return hub_options(mpm, "RTMPTWatch flv ws\n" + lines);
}

WatchedHub::WatchedHub(const HttpdOptions& options) : httpd_(options) {
  write_members(httpd_);
  httpd_.start();
  publisher_.emplace(stream_url(httpd_, "rtmp"), kLong);
  eventually("pictures are published", [&] { return publisher_->frames() >= kPictureRate; });
}

int WatchedHub::status_of(const std::string& request) {
  return HttpConnection(httpd_.plain()).exchange(request).status;
}

} // namespace rtmpt_proxy::test
