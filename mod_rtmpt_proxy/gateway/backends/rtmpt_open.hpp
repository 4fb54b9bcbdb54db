// The exchange that opens a session at an RTMPT server.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace rtmpt_proxy::gateway {

struct RtmptOpened {
  std::string session_id; // the server's
  bool keep_alive = true; // false: what follows needs another connection
  std::string failure;    // empty, or why there is no session
};

// Sends `request` on a connected socket and reads the reply. Without a time limit of its own: whoever closes the socket
// ends it.
boost::asio::awaitable<RtmptOpened> open_at_rtmpt_server(boost::asio::ip::tcp::socket& socket, std::string request);

} // namespace rtmpt_proxy::gateway
