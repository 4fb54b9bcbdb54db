// SPDX-License-Identifier: Apache-2.0
#include "gateway/clients/connection_intake.hpp"

#include "gateway/clients/client_home.hpp"
#include "gateway/clients/http_tunnel.hpp"
#include "gateway/sockets/client_socket.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace rtmpt_proxy::gateway {

bool serve_connection(const ClientHome& home, DetachedClient client, protocol::HandOver terms, std::string residue,
                      int refusals) {
  if (!is_stream_connection(client.descriptor.get())) return false;
  ClientSocket socket(home.loop.io);
  const std::string failure = socket.take(std::move(client));
  if (!failure.empty()) {
    if (const auto left_out = home.loop.channel_lines.admit(std::chrono::steady_clock::now()))
      home.loop.log.error("RTMPT310: the connection of {} cannot be taken: {}{}", terms.client_address, failure,
                          policy::words_for_left_out(*left_out));
    return true;
  }
  auto tunnel = std::make_shared<HttpTunnel>(home, std::move(socket), std::move(terms), refusals);
  home.connections.add(tunnel);
  tunnel->start(std::move(residue));
  return true;
}

} // namespace rtmpt_proxy::gateway
