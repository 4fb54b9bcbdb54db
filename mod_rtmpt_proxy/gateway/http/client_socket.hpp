// The connection behind which a client is: its own TCP connection, or a local socket at whose other end httpd keeps the
// client's TLS.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

using ClientSocket = boost::asio::generic::stream_protocol::socket;

inline bool is_tcp(const ClientSocket& socket) {
  boost::system::error_code error;
  const auto address = socket.local_endpoint(error);
  return !error && address.protocol().family() != AF_UNIX;
}

inline void prepare_client_socket(ClientSocket& socket) {
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  if (!is_tcp(socket)) return;
  const int on = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// The client's next segment is acknowledged without delay. Holds for a while only. For TCP.
inline void acknowledge_quickly(ClientSocket& socket) {
  const int on = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

} // namespace rtmpt_proxy::gateway
