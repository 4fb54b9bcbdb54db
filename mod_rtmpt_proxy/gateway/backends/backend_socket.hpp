// The options of every connection to a backend.
#pragma once

#include <boost/asio/ip/tcp.hpp>

namespace rtmpt_proxy::gateway {

inline void prepare_backend_socket(boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(boost::asio::socket_base::keep_alive(true), ignored);
}

} // namespace rtmpt_proxy::gateway
