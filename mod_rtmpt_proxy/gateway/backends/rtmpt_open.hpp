// SPDX-License-Identifier: Apache-2.0
// Opens a session at an RTMPT server.
#pragma once

#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace rtmpt_proxy::gateway {

struct RtmptOpened {
  protocol::BackendSessionId session_id;
  bool keep_alive = true; // false: the next request needs another connection
  std::string failure;    // empty, or why there is no session
};

// Sends `request` on a connected socket and reads the reply. It has no time limit of its own: the caller ends it by
// closing the socket.
boost::asio::awaitable<RtmptOpened> open_at_rtmpt_server(boost::asio::ip::tcp::socket& socket, std::string request);

} // namespace rtmpt_proxy::gateway
