#include "gateway/clients/connection_intake.hpp"

#include "gateway/clients/client_home.hpp"
#include "gateway/clients/http_tunnel.hpp"
#include "gateway/http/client_socket.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <memory>
#include <optional>
#include <utility>

#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

using boost::asio::generic::stream_protocol;

namespace {

// The protocol by which Asio takes this descriptor. Unset when it is no stream connection.
std::optional<stream_protocol> protocol_of(int descriptor) {
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) return std::nullopt;
  sockaddr_storage address{};
  size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return std::nullopt;
  const int family = address.ss_family;
  if (family == AF_UNIX) return stream_protocol(family, 0);
  if (family == AF_INET || family == AF_INET6) return stream_protocol(family, IPPROTO_TCP);
  return std::nullopt;
}

} // namespace

bool serve_connection(const ClientHome& home, local::Descriptor client, protocol::HandOver terms, std::string residue,
                      int refusals) {
  const std::optional<stream_protocol> protocol = protocol_of(client.get());
  if (!protocol) return false;
  ClientSocket socket(home.loop.io);
  boost::system::error_code error;
  socket.assign(*protocol, client.get(), error);
  if (error) {
    if (const auto left_out = home.loop.channel_lines.admit(std::chrono::steady_clock::now()))
      home.loop.log.error("RTMPT310: the connection of {} cannot be taken: {}{}", terms.client_address, error.message(),
                          policy::words_for_left_out(*left_out));
    return true;
  }
  client.release();
  auto tunnel = std::make_shared<HttpTunnel>(home, std::move(socket), std::move(terms), refusals);
  home.connections.add(tunnel);
  tunnel->start(std::move(residue));
  return true;
}

} // namespace rtmpt_proxy::gateway
