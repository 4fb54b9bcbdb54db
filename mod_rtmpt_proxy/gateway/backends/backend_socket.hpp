// SPDX-License-Identifier: Apache-2.0
// What every connection to a backend has in common.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rtmpt_proxy::gateway {

// A coroutine that waits with it gets the error as a value, not as an exception.
inline constexpr auto kAsTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

// Sets the options of a socket that is open.
inline void prepare_backend_socket(boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(boost::asio::socket_base::keep_alive(true), ignored);
}

} // namespace rtmpt_proxy::gateway
