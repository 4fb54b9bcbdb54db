// SPDX-License-Identifier: Apache-2.0
// A stream of a media server that a pull fetches for all its viewers.
#pragma once

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <string>
#include <utility>

namespace rtmpt_proxy::gateway {

// Which stream of which hub. Viewers with the same key share a pull.
using PullKey = std::pair<std::string, std::string>;

struct PullTarget {
  PullKey key; // see pulled_hub(), and application and name
  std::string app;
  std::string stream_name; // without a viewer's query, as the application is
  std::string shown_path;  // of the stream, for logs and status
  // Of the first viewer: the media server, how it is reached, and the terms of a hub. No client is told there.
  protocol::Admission admission;
};

// The hub of the streams that the viewers of a virtual host have from that media server: "rtmp://media
// live.example.com". The virtual hosts of one name, one for each port, share them. No name of a hub has such
// characters.
std::string pulled_hub(const protocol::Admission& admission);

// That stream. `path` is application and name, of which the application has so many bytes; `shown_path` the same for
// people.
PullTarget pull_target(const protocol::Admission& admission, const std::string& path, std::size_t app_bytes,
                       std::string shown_path);

// The tcUrl by which the pull connects: with the virtual host's name, by which SRS finds its own.
std::string tc_url_of(const PullTarget& target);

} // namespace rtmpt_proxy::gateway
