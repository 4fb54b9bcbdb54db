// Whose fault it is that a media server could not be reached.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

namespace rtmpt_proxy::gateway {

enum class BackendFault {
  none,
  gateways, // it has no descriptor or no memory left: no media server can be reached
  nobodys,  // the server was not tried, as far as one knows it is well: another one may be reached
  backends,
};

// Of an attempt to connect to `endpoint` that failed with `error`.
BackendFault fault_of(const boost::system::error_code& error, const boost::asio::ip::tcp::endpoint& endpoint);

// Of two failed attempts at one server: what casts doubt on a server's fault counts.
BackendFault gravest(BackendFault one, BackendFault other);

} // namespace rtmpt_proxy::gateway
