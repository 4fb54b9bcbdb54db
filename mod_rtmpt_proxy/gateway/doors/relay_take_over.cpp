// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/relay_take_over.hpp"

#include "gateway/clients/connection_intake.hpp"
#include "gateway/loops/gateway.hpp"
#include "gateway/relay/relay.hpp"

#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;

namespace {

// Null for a ticket that no loop has given.
Loop* loop_of(Gateway& gateway, std::uint64_t ticket) {
  const std::uint32_t index = protocol::loop_of_ticket(ticket);
  return index < gateway.count() ? &gateway.at(index) : nullptr;
}

void serve_at(Loop& home, protocol::HandOver terms, DetachedClient client, std::string residue) {
  asio::post(home.io(),
             [&home, terms = std::move(terms), client = std::move(client), residue = std::move(residue)]() mutable {
               serve_connection(home.client_home(), std::move(client), std::move(terms), std::move(residue));
             });
}

} // namespace

void promise_relay(Loop& asker, std::uint64_t ticket, std::function<void(bool promised)> done) {
  Loop* const home = loop_of(asker.gateway(), ticket);
  if (!home) return asio::post(asker.io(), [done = std::move(done)] { done(false); });
  asio::post(home->io(), [&asker, home, ticket, done = std::move(done)]() mutable {
    Relay* const relay = home->tls_clients().find(ticket);
    const bool promised = relay && relay->promise();
    asio::post(asker.io(), [promised, done = std::move(done)] { done(promised); });
  });
}

void break_relay_promise(Loop& asker, std::uint64_t ticket) {
  Loop* const home = loop_of(asker.gateway(), ticket);
  if (!home) return;
  asio::post(home->io(), [home, ticket] {
    if (Relay* const relay = home->tls_clients().find(ticket)) relay->break_promise();
  });
}

void take_over_relay(Loop& asker, std::uint64_t ticket, protocol::Residue residue,
                     std::function<void(DetachedClient client, std::string residue)> serve) {
  Loop* const relaying = loop_of(asker.gateway(), ticket);
  if (!relaying) return;
  RelayTakeOver taken{std::move(residue.bytes), residue.taken_bytes, std::move(serve)};
  asio::post(relaying->io(), [relaying, ticket, taken = std::move(taken)]() mutable {
    if (Relay* const relay = relaying->tls_clients().find(ticket)) relay->take_over(std::move(taken));
  });
}

void serve_relayed_client(Loop& home, protocol::HandOver terms, protocol::Residue residue) {
  const std::uint64_t ticket = terms.ticket;
  take_over_relay(home, ticket, std::move(residue),
                  [&home, terms = std::move(terms)](DetachedClient client, std::string bytes) {
                    serve_at(home, terms, std::move(client), std::move(bytes));
                  });
}

} // namespace rtmpt_proxy::gateway
