// SPDX-License-Identifier: Apache-2.0
// A client of RTMP whose connection httpd hands over, and a media server, both in the test's words.
#pragma once

#include "local/descriptor.hpp"
#include "module/link/gateway_client.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// One end of a connection. Every wait ends after kPatience, by std::runtime_error.
class RtmpPeer {
 public:
  explicit RtmpPeer(local::Descriptor socket) : socket_(std::move(socket)) {}

  void send(std::string_view bytes);
  // The next so many bytes.
  std::string receive(std::size_t count);
  // Everything up to the end of the connection, also when that is a reset.
  std::string receive_all();
  // Whether there is something to receive.
  bool has_received() const;
  void end_writing();
  void close() { socket_.reset(); }

  // A client: sends C0 and C1, takes S0, S1 and S2, sends C2 and a connect to that application.
  void greet(std::string_view app, std::string_view tc_url = "rtmp://live.example.com/live");
  // A media server: takes the client's handshake and answers it.
  void answer_greeting();

 private:
  local::Descriptor socket_;
};

// Hands one end of a new TCP connection over; returns the other one. httpd has read `residue`.
RtmpPeer rtmp_client(apache::GatewayClient& client, std::string_view residue = "\3");
// The same over a local socket, as for a client with TLS that asked for `tls_server_name`. The gateway's side of it
// holds about so many bytes that the client does not read; 0: as many as the system gives it.
RtmpPeer rtmps_client(apache::GatewayClient& client, const std::string& tls_server_name, int send_buffer_bytes = 0);

// What httpd says when it allows that question; Admitted or Refused.
protocol::GatewayMessage admit(apache::GatewayClient& client, std::uint64_t ticket, std::uint16_t backend_port);
// The same with an admission of the test's own, which has the ticket.
protocol::GatewayMessage admit(apache::GatewayClient& client, const protocol::Admission& admission);

// A media server's listener on 127.0.0.1.
class RtmpListener {
 public:
  RtmpListener();
  std::uint16_t port() const { return port_; }
  RtmpPeer accept();

 private:
  std::uint16_t port_ = 0;
  local::Descriptor listener_;
};

// What a client sends behind its handshake in greet().
std::string connect_chunks(std::string_view app, std::string_view tc_url = "rtmp://live.example.com/live");

} // namespace rtmpt_proxy::test
