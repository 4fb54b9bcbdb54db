// SPDX-License-Identifier: Apache-2.0
// Whose fault it is that a backend could not be reached.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

namespace rtmpt_proxy::gateway {

enum class BackendFault {
  none,
  gateways, // the gateway has no descriptor or no memory left: no backend can be reached
  nobodys,  // nobody's: the backend was not tried and may be well; another one may be reached
  backends,
};

// The fault when an attempt to connect to `endpoint` has failed with `error`.
BackendFault fault_of(const boost::system::error_code& error, const boost::asio::ip::tcp::endpoint& endpoint);

// The fault of two failed attempts at one backend: the one that blames the backend less.
BackendFault gravest(BackendFault one, BackendFault other);

} // namespace rtmpt_proxy::gateway
