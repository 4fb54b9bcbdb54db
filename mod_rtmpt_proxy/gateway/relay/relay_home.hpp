// SPDX-License-Identifier: Apache-2.0
// What a client whose TLS ends at the gateway needs from the event loop that it lives on.
#pragma once

#include "gateway/base/address_places.hpp"
#include "gateway/base/owned_objects.hpp"
#include "gateway/greeting/greeting_home.hpp"
#include "gateway/relay/handshake_queue.hpp"
#include "gateway/relay/inner_sessions.hpp"
#include "gateway/sockets/detached_client.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

namespace rtmpt_proxy::gateway {

class Relay;
class TlsClient;
class TlsServerContexts;

// How many clients may be at a time whose TLS ends at the gateway and who have no stream: a quarter as many as the
// process may have descriptors, and half of these of one address. Each may be relayed, which takes two descriptors here
// and a connection of httpd's.
struct RelayPlaces : AddressPlaces {
  explicit RelayPlaces(std::size_t descriptors) : AddressPlaces(descriptors / 4, descriptors / 8) {}
};

// How long each step of such a client may take.
struct RelayTimes {
  // From the hand-over to the end of the client's handshake.
  std::chrono::milliseconds handshake{10'000};
  // From there to the client's first byte: as long as httpd's mod_reqtimeout gives a request's head.
  std::chrono::milliseconds first_byte{20'000};
  // For httpd to have a worker for it and to answer the inner handshake: as long as clients wait for httpd.
  std::chrono::milliseconds inner_handshake{60'000};
  // For a side to take any of the bytes that wait for it. It is as long as the longest of httpd's own times in use
  // (Debian's Timeout), which end a relay sooner.
  std::chrono::milliseconds stall{300'000};
  // For httpd's end, and for the client to take what httpd has sent, when the client is given to a session.
  std::chrono::milliseconds take_over{3'000};
  // After it, what a client has sent last is not kept any more for a session, if httpd has fetched it and the client
  // has sent nothing since.
  std::chrono::milliseconds tail{10'000};
};

// Every such client of a loop calls it, in the loop's thread.
class TlsClientEvents {
 public:
  // A client begins.
  virtual void tls_client_came() = 0;
  // A client has left, or is given to a greeter or to a session.
  virtual void tls_client_gone() = 0;
  // A client has turned out to speak RTMP. It goes to the loop where its session will live.
  virtual void greet_at_chosen_loop(DetachedClient client, protocol::HandOverRtmp terms, std::string residue) = 0;

 protected:
  ~TlsClientEvents() = default;
};

// The clients of one loop. Used in the loop's thread, except for its making.
struct TlsClients {
  explicit TlsClients(boost::asio::io_context& loop) : handshakes(loop) {}

  OwnedObjects<TlsClient> beginning;
  OwnedObjects<Relay> relayed;
  std::unordered_map<std::uint64_t, Relay*> by_ticket;
  HandshakeQueue handshakes;
  InnerSessions inner_sessions;
  RelayTimes times;
  // Each limits another kind of line.
  policy::LogLimiter client_lines = line_limit();
  policy::LogLimiter httpd_lines = line_limit();
  policy::LogLimiter take_over_lines = line_limit();

  bool empty() const { return beginning.size() == 0 && relayed.size() == 0; }

  // Null when that client has left or is no longer relayed.
  Relay* find(std::uint64_t ticket) const {
    const auto found = by_ticket.find(ticket);
    return found == by_ticket.end() ? nullptr : found->second;
  }

  // Ends all of them as they are.
  void end();
};

// The loop owns the objects, and they outlive its clients.
struct RelayHome {
  GreetingHome greeting; // tickets are counted there, so that no two clients of a loop have the same
  TlsClients& clients;
  TlsClientEvents& events;
  const TlsServerContexts& servers; // all loops share it
  InputBudget& tails;               // counts what relays keep of their clients; all loops share it
};

} // namespace rtmpt_proxy::gateway
