// SPDX-License-Identifier: Apache-2.0
// Which stream a GET of "/live/cam1.flv" is for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

struct WatchTarget {
  std::string app;         // "live"
  std::string stream_name; // "cam1"
  std::string play_path;   // "/live/cam1": what httpd is asked about a client of RTMP that plays it, escaped
  std::string path() const { return app + "/" + stream_name; }
  bool operator==(const WatchTarget&) const = default;
};

// `path` is that of the request, as httpd has decoded and normalised it. Empty when it has no application and name in
// front of ".flv", or a character, segment or length that no such question has: see stream_target().
std::optional<WatchTarget> watch_target(std::string_view path);

} // namespace rtmpt_proxy::policy
