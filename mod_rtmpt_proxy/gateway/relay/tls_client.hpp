// SPDX-License-Identifier: Apache-2.0
// A client whose TLS ends at the gateway, from the hand-over to its first byte, which says what it speaks.
#pragma once

#include "gateway/base/deadline_heap.hpp"
#include "gateway/base/descriptor_budget.hpp"
#include "gateway/facts/session_counts.hpp"
#include "gateway/relay/relay_home.hpp"
#include "gateway/sockets/client_socket.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// The places of such a client.
struct TlsClientPlaces {
  LoopPlace loop;              // where its TLS is made
  GreetingPlaces::Place start; // until it is known what it speaks
  AddressPlaces::Place relay;  // as long as it has no stream
};

//   handshake ── done ──► first byte ── 03, and httpd takes RTMP there ──► RtmpGreeter
//       │                     │  └───── anything else ──► Relay
//       └── fails, ends, or its time is over ──► closed
//
// Owned by its loop (TlsClients) until then. Runs in the loop's thread.
class TlsClient final : public Timed, public Handshaker, public std::enable_shared_from_this<TlsClient> {
 public:
  // `socket` has the client's connection, and has begun to be a server of TLS.
  TlsClient(const RelayHome& home, ClientSocket socket, protocol::HandOverTls terms, TlsClientPlaces places);

  // Once, after it is owned.
  void start();

  // Closes it as it is.
  void close();

 private:
  enum class State { handshake, first_byte, gone };

  bool make_step() override;
  void on_deadline() override;
  void allow(std::chrono::milliseconds time);
  void await(ClientSocket::WaitType what);
  void read();
  void decide(std::string_view bytes);
  void greet(std::string_view bytes);
  void relay(std::string_view bytes);
  void leave(std::string_view why);
  void go();

  const RelayHome home_;
  DescriptorBudget::Use descriptor_;
  DescriptorBudget::Use httpd_descriptor_; // of the relay that may follow
  ClientSocket socket_;
  protocol::HandOverTls terms_;
  TlsClientPlaces places_;
  TimePoint until_; // of the state
  State state_ = State::handshake;
};

} // namespace rtmpt_proxy::gateway
