#include "connection_intake.hpp"

#include "gateway.hpp"
#include "tunnel_connection.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <utility>

#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

using boost::asio::ip::tcp;

namespace {

bool tcp_protocol_of(int descriptor, tcp& protocol) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return false;
  if (address.ss_family != AF_INET && address.ss_family != AF_INET6) return false;
  protocol = address.ss_family == AF_INET ? tcp::v4() : tcp::v6();
  return true;
}

} // namespace

bool serve_connection(Gateway& gateway, Descriptor client, protocol::HandOver terms, std::string residue) {
  tcp protocol = tcp::v4();
  if (!tcp_protocol_of(client.get(), protocol)) return false;
  tcp::socket socket(gateway.loop());
  boost::system::error_code error;
  socket.assign(protocol, client.get(), error);
  if (error) {
    gateway.log().error("RTMPT310: the connection of {} cannot be taken: {}", terms.client_address, error.message());
    return true;
  }
  client.release();
  std::make_shared<TunnelConnection>(gateway, std::move(socket), std::move(terms))->start(std::move(residue));
  return true;
}

} // namespace rtmpt_proxy::gateway
