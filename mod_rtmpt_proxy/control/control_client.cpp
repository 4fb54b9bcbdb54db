// SPDX-License-Identifier: Apache-2.0
#include "control/control_client.hpp"

#include "local/descriptor.hpp"
#include "local/error_text.hpp"
#include "local/gateway_channel.hpp"
#include "local/local_address.hpp"
#include "local/patience.hpp"

#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <cerrno>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::control {

using local::ChannelStatus;
using local::Clock;
using local::Deadline;
using local::Descriptor;
using local::GatewayChannel;

namespace {

ControlAnswer failed(ExitStatus status, const Order& order, const std::string& why) {
  ControlAnswer answer;
  answer.status = status;
  answer.failure = "'" + protocol::escape_for_log(order.socket, kMaxShownBytes) + "': " + why;
  return answer;
}

// Connects to the socket. Waits while its queue is full, because others are being served. Empty on failure, with errno
// set.
Descriptor connect_to(const std::string& path, Deadline deadline) {
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return socket;
  while (const int error = local::connect_to_path(socket.get(), path)) {
    errno = error;
    if (error != EAGAIN && error != EINTR) return {};
    errno = ETIMEDOUT;
    if (Clock::now() >= deadline) return {};
    ::poll(nullptr, 0, static_cast<int>(local::patience::kControlRetry.count()));
  }
  return socket;
}

std::string connection_failure(int error) {
  std::string text = local::error_text(error);
  if (error == ENOENT) text += ": is httpd running, with streams and a RTMPTControlSocket?";
  if (error == ECONNREFUSED) text += ": httpd has ended";
  return text;
}

ControlAnswer not_understood(const Order& order, ChannelStatus status) {
  if (status == ChannelStatus::garbled || status == ChannelStatus::misplaced)
    return failed(ExitStatus::failed, order, "what answers is no rtmpt-gateway, or one of another version");
  return failed(ExitStatus::no_contact, order,
                status == ChannelStatus::timed_out ? "rtmpt-gateway does not answer"
                                                   : "rtmpt-gateway closed the connection");
}

// Receives the whole answer. `misplaced` when it is no answer to this order.
ChannelStatus hear(GatewayChannel& channel, const protocol::GatewayMessage& order, ControlAnswer& answer,
                   Deadline deadline) {
  const bool asks = std::holds_alternative<protocol::AskStatus>(order);
  for (;;) {
    protocol::GatewayMessage message;
    if (const ChannelStatus status = channel.receive(message, deadline); status != ChannelStatus::ok) return status;
    if (const auto* const piece = std::get_if<protocol::StatusPiece>(&message); piece && asks) {
      answer.state += piece->bytes;
      if (piece->last) return ChannelStatus::ok;
    } else if (const auto* const done = std::get_if<protocol::Done>(&message); done && !asks) {
      answer.found = done->found;
      return ChannelStatus::ok;
    } else {
      return ChannelStatus::misplaced;
    }
  }
}

} // namespace

ControlAnswer give_order(const Order& order) {
  const Deadline deadline = Clock::now() + order.patience;
  Descriptor socket = connect_to(order.socket, deadline);
  if (!socket) return failed(ExitStatus::no_contact, order, connection_failure(errno));
  GatewayChannel channel(std::move(socket));
  protocol::GatewayMessage greeting;
  ChannelStatus status = channel.receive(greeting, deadline);
  if (status != ChannelStatus::ok) return not_understood(order, status);
  const auto* const hello = std::get_if<protocol::Hello>(&greeting);
  if (!hello) return not_understood(order, ChannelStatus::misplaced);
  if (hello->protocol_version != protocol::kGatewayProtocolVersion)
    return failed(ExitStatus::failed, order,
                  "rtmpt-gateway is of version '" + protocol::escape_for_log(hello->program_version, kMaxShownBytes) +
                      "', expected the same as rtmptctl's");
  status = channel.send(order.message, deadline);
  ControlAnswer answer;
  if (status == ChannelStatus::ok) status = hear(channel, order.message, answer, deadline);
  return status == ChannelStatus::ok ? answer : not_understood(order, status);
}

} // namespace rtmpt_proxy::control
