// The socket to a client: the client's own TCP connection, or a local socket to httpd, which keeps the client's TLS.
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

// Makes the kernel acknowledge the client's next segment without delay. The effect does not last. For TCP only.
inline void acknowledge_quickly(ClientSocket& socket) {
  const int on = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

} // namespace rtmpt_proxy::gateway
