// SPDX-License-Identifier: Apache-2.0
// Connects to httpd's private listener.
#pragma once

#include "local/descriptor.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <chrono>
#include <string>

namespace rtmpt_proxy::gateway {

struct DoorConnected {
  std::string failure;      // empty: it is connected
  bool is_too_busy = false; // the failure is that all of httpd's workers have enough to do: it may go later
};

// How long to wait before the next attempt while httpd is too busy; each time twice as long, up to the second one.
inline constexpr std::chrono::milliseconds kFirstBusyPause{20};
inline constexpr std::chrono::milliseconds kLongestBusyPause{1000};

// Connects `socket`, which is opened anew and does not wait afterwards. `door` is httpd's listener, opened with O_PATH.
// A local socket connects at once, or not at all: EAGAIN says that httpd's queue is full. Asio takes that for a connect
// under way, so it is not asked.
DoorConnected connect_to_door(boost::asio::local::stream_protocol::socket& socket, const local::Descriptor& door);

} // namespace rtmpt_proxy::gateway
