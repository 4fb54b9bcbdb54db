// SPDX-License-Identifier: Apache-2.0
// What the administrator and httpd say about one client of a hub.
#pragma once

#include <rtmpt_proxy/protocol/server/rtmp_server.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace rtmpt_proxy::gateway {

class HubLoop;

struct HubTerms {
  // Which hub. Streams of one hub have nothing to do with those of another, whatever their names are.
  std::string hub;
  // Who the client is. A publisher may take over the stream that another client with the same address (for IPv6, of the
  // same /64), or with the same user (if there is one), publishes. Everybody else is told NetStream.Publish.BadName.
  std::string client_address;
  std::string user; // as httpd knows it; empty: none
  // The name of what the client publishes is a secret, and in no list of streams.
  bool hides_name = false;
  // How long viewers of a stream wait when its publisher has left, before they are told that the stream has ended.
  std::chrono::milliseconds wait{10000};
  // How long a viewer waits for the first publisher, before it is told that there is no such stream.
  std::chrono::milliseconds first_wait{60000};
  // How many bytes since the last key frame are kept for new viewers of a stream whose publisher has these terms. When
  // there are more, new viewers begin with the next key frame; with 0 they always do.
  std::size_t gop_cache_bytes = std::size_t{4} << 20;
  // How long what a publisher with these terms sends is gathered before viewers get it.
  std::chrono::milliseconds gather{20};
  // A publisher goes that sends nothing of a stream for so long, and a viewer that takes nothing of what waits.
  std::chrono::milliseconds silence{15000};
  std::chrono::milliseconds stall{30000};
  // Of a hub whose streams come from a media server: called when a viewer has joined, on its loop, so that the stream
  // is fetched. False: there is no room for one more. Nobody may publish to such a hub. Null: a hub of publishers.
  std::function<bool(const std::shared_ptr<HubLoop>& loop, const protocol::StreamWanted& wanted)> pull;
};

} // namespace rtmpt_proxy::gateway
