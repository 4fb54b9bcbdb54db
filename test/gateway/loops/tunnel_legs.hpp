// SPDX-License-Identifier: Apache-2.0
// Sessions at a gateway as an httpd child and its clients use them: admitted, handed over, forwarded.
#pragma once

#include "module/link/gateway_client.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rtmpt_proxy::test {

protocol::Admission admission_to(std::uint16_t backend_port);

// Opens a session over a channel of the loop whose turn it is, after a choice among two places at the same server.
// Throws std::runtime_error with the reason when it is refused.
std::string open_session(apache::GatewayClient& client, const protocol::Admission& admission);

// An id that the gateway of `id` could have given, on the same loop, and has not.
std::string unknown_beside(std::string id);

// The state of the gateway, from all its pieces. Throws std::runtime_error when they end before the last.
std::string whole_state(apache::GatewayClient& client, const protocol::AskStatus& question);

// A request of a session with its body.
struct LegRequest {
  protocol::TunnelRequestKind kind = protocol::TunnelRequestKind::idle;
  std::string session_id;
  std::optional<std::uint32_t> sequence_number;
  std::string body; // RTMP bytes of a send
};

// One request of a session and its answer; a leg stands for one way to carry them. Throws when there is no answer.
class TunnelLeg {
 public:
  virtual ~TunnelLeg() = default;
  virtual protocol::Reply request(LegRequest request) = 0;

  // For legs with a connection of their own: the client says that it sends no more; whether the gateway ends the
  // connection with nothing more to read, within kPatience.
  virtual void end_writing() {}
  virtual bool ended() { return false; }
};

std::unique_ptr<TunnelLeg> forwarding_leg(apache::GatewayClient& client);

// Hands a new TCP connection over with the answer to the open of `session_id`; later requests go over that connection,
// whosever they are. Its Reply has the whole body in `body`, polling byte included in `polling_interval`.
std::unique_ptr<TunnelLeg> handed_over_leg(apache::GatewayClient& client, const std::string& session_id);

// Hands one end of a local socket over, without a request, as httpd does for a client's TLS connection.
std::unique_ptr<TunnelLeg> pumped_leg(apache::GatewayClient& client, const std::string& session_id,
                                      std::uint32_t forwarded_requests = 0);

// The client's end of a new TCP connection that was handed over for `session_id` without a request. `body_limit_bytes`
// holds for each request on it.
local::Descriptor handed_over_socket(apache::GatewayClient& client, const std::string& session_id,
                                     std::uint32_t body_limit_bytes);

// A session that sends and expects its own bytes back.
class EchoSession {
 public:
  explicit EchoSession(std::string id) : id_(std::move(id)) {}

  const std::string& id() const { return id_; }

  // Sends `bytes` and polls until they have come back. Throws std::runtime_error when they come changed, or not within
  // kPatience.
  void carry(TunnelLeg& leg, const std::string& bytes);

  // Closes it. Throws unless the answer is 200.
  void close(TunnelLeg& leg);

 private:
  std::string poll(TunnelLeg& leg, protocol::TunnelRequestKind kind, std::string body);

  std::string id_;
  std::uint32_t next_number_ = 0;
};

} // namespace rtmpt_proxy::test
