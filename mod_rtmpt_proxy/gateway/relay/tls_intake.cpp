// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/tls_intake.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace rtmpt_proxy::gateway {

std::optional<ExpectedTlsClient> expect_tls_client(const TlsEntrance& entrance, protocol::HandOverTls terms,
                                                   std::string_view& why) {
  TlsServerContext context = entrance.servers.find(terms.server_id);
  if (!context) {
    why = "the gateway has no certificate for its server";
    return std::nullopt;
  }
  const std::string address = counted_as(std::string(protocol::to_text(terms.client.source.address).view()));
  std::optional<GreetingPlaces::Place> start = entrance.start.enter_unknown(address);
  std::optional<AddressPlaces::Place> relay = entrance.relays.enter(address);
  if (!start || !relay) {
    why = "too many clients of its address, or of all, have no stream";
    return std::nullopt;
  }
  TlsTicketMaker tickets = entrance.servers.tickets(terms.server_id);
  return ExpectedTlsClient{std::move(terms), std::move(context), std::move(tickets), *std::move(start),
                           *std::move(relay)};
}

void serve_tls_client(const RelayHome& home, local::Descriptor client, ExpectedTlsClient expected, LoopPlace loop_place,
                      std::string_view read_already) {
  ClientSocket socket(home.greeting.loop.io);
  const std::string failure = socket.take(DetachedClient(std::move(client)));
  if (!failure.empty()) {
    if (const auto left_out = home.clients.client_lines.admit(std::chrono::steady_clock::now()))
      home.greeting.loop.log.warn("RTMPT453: the connection of the TLS client {} is closed: {}{}",
                                  expected.terms.shown_client, failure, policy::words_for_left_out(*left_out));
    return;
  }
  socket.begin_tls(std::move(expected.context), read_already, std::move(expected.tickets));
  auto begun = std::make_shared<TlsClient>(
      home, std::move(socket), std::move(expected.terms),
      TlsClientPlaces{std::move(loop_place), std::move(expected.start), std::move(expected.relay)});
  home.clients.beginning.add(begun);
  begun->start();
  home.events.tls_client_came();
}

} // namespace rtmpt_proxy::gateway
