// SPDX-License-Identifier: Apache-2.0
#include "tunnel_legs.hpp"

#include "loopback.hpp"
#include "test/support/deadline.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

using apache::Conversation;
using apache::GatewayClient;
using local::ChannelStatus;
using local::Clock;
using protocol::Reply;
using protocol::TunnelRequestKind;
using namespace std::chrono_literals;

namespace {

constexpr char kHost[] = "test:80";
constexpr char kVirtualHost[] = "vh";

void require_ok(const Conversation& conversation, const char* what) {
  if (conversation.status != ChannelStatus::ok)
    throw std::runtime_error(std::string(what) + ": the gateway " + std::string(to_string(conversation.status)));
}

ChannelStatus send_body(local::GatewayChannel& channel, std::string_view body) {
  for (bool last = false; !last;) {
    const std::string_view piece = body.substr(0, protocol::kMaxBodyPieceBytes);
    body.remove_prefix(piece.size());
    last = body.empty();
    const auto status = channel.send(protocol::BodyPiece{std::string(piece), last, false, 0}, Clock::now() + kPatience);
    if (status != ChannelStatus::ok) return status;
  }
  return ChannelStatus::ok;
}

class ForwardingLeg final : public TunnelLeg {
 public:
  explicit ForwardingLeg(GatewayClient& client) : client_(client) {}

  Reply request(LegRequest request) override {
    protocol::Forward message;
    message.vhost_key = protocol::VhostKey(kVirtualHost);
    message.hold_limit = 50ms;
    message.wait_limit = 5s;
    message.request = {request.kind, protocol::SessionId(request.session_id), request.sequence_number};
    apache::Terms terms(kPatience);
    if (request.kind == TunnelRequestKind::send)
      terms.follow = [&request](local::GatewayChannel& channel) { return send_body(channel, request.body); };
    Conversation conversation = client_.exchange_for_session(0, message.request.session_id, message, std::move(terms));
    require_ok(conversation, "forward");
    client_.give_back(0, std::move(conversation.channel));
    return std::get<Reply>(conversation.answer);
  }

 private:
  GatewayClient& client_;
};

protocol::HandOver terms_for(const std::string& session_id) {
  protocol::HandOver terms;
  terms.vhost_key = protocol::VhostKey(kVirtualHost);
  terms.client_address = "127.0.0.1";
  terms.host_header = kHost;
  terms.body_limit_bytes = 1 << 20;
  terms.request.session_id = protocol::SessionId(session_id);
  return terms;
}

// Gives the gateway this end of a connection.
void give(GatewayClient& client, const protocol::HandOver& terms, int descriptor) {
  Conversation conversation = client.exchange_for_session(0, terms.request.session_id, terms, kPatience, descriptor);
  require_ok(conversation, "hand over");
  if (!std::holds_alternative<protocol::Take>(conversation.answer))
    throw std::runtime_error("hand over: the gateway does not take the connection");
  if (conversation.channel->send(protocol::Residue{}, Clock::now() + kPatience) != ChannelStatus::ok)
    throw std::runtime_error("hand over: no residue");
  client.give_back(0, std::move(conversation.channel));
}

// A connection of the gateway's own.
class ConnectionLeg final : public TunnelLeg {
 public:
  explicit ConnectionLeg(local::Descriptor socket) : socket_(std::move(socket)) {}

  Reply request(LegRequest request) override {
    std::string text = "POST /" + std::string(to_string(request.kind)) + "/" + request.session_id;
    if (request.sequence_number) text += "/" + std::to_string(*request.sequence_number);
    text += " HTTP/1.1\r\nHost: " + std::string(kHost) + "\r\nContent-Length: " + std::to_string(request.body.size()) +
            "\r\n\r\n" + request.body;
    for (std::size_t sent = 0; sent < text.size();) {
      const ssize_t count = ::send(socket_.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) throw std::runtime_error("the gateway closed a client's connection");
      sent += static_cast<std::size_t>(count);
    }
    Reply reply = read_reply();
    const bool has_polling_byte = reply.status == 200 && request.kind != TunnelRequestKind::close;
    if (has_polling_byte && !reply.body.empty()) {
      reply.polling_interval = static_cast<std::uint8_t>(reply.body.front());
      reply.body.erase(0, 1);
    }
    return reply;
  }

  // The next reply that comes, polling byte and all.
  Reply read_reply() {
    std::size_t end = std::string::npos;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos)
      read_more();
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t length = input_.find(kLength);
    if (length == std::string::npos || length > end) throw std::runtime_error("a reply without length: " + input_);
    const std::size_t body_bytes = std::stoul(input_.substr(length + kLength.size()));
    while (input_.size() < end + 4 + body_bytes)
      read_more();
    Reply reply;
    reply.status = static_cast<std::uint16_t>(std::stoul(input_.substr(std::string("HTTP/1.1 ").size(), 3)));
    reply.body = input_.substr(end + 4, body_bytes);
    input_.erase(0, end + 4 + body_bytes);
    return reply;
  }

  void end_writing() override { ::shutdown(socket_.get(), SHUT_WR); }

  bool ended() override {
    try {
      read_more();
    } catch (const std::runtime_error&) {
      return true;
    }
    return false;
  }

 private:
  void read_more() {
    pollfd ready{socket_.get(), POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) != 1)
      throw std::runtime_error("no answer on a client's connection");
    std::array<char, 16384> bytes;
    const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (count <= 0) throw std::runtime_error("the gateway closed a client's connection");
    input_.append(bytes.data(), static_cast<std::size_t>(count));
  }

  local::Descriptor socket_;
  std::string input_;
};

} // namespace

protocol::Admission admission_to(std::uint16_t backend_port) {
  protocol::Admission admission;
  admission.vhost_key = protocol::VhostKey(kVirtualHost);
  admission.client_address = "127.0.0.1";
  admission.backend_name = "rtmp://127.0.0.1:" + std::to_string(backend_port);
  admission.backend = {protocol::BackendKind::rtmp, "127.0.0.1", backend_port};
  admission.connect_timeout = 10s;
  admission.terms.idle_hold = 100ms;
  admission.terms.gather = 1ms;
  admission.terms.session_timeout = 60s;
  admission.terms.buffer_bytes = 1 << 16;
  return admission;
}

std::string open_session(GatewayClient& client, const protocol::Admission& admission) {
  Conversation chosen =
      client.exchange(0, protocol::Choose{{{admission.backend, 1}, {admission.backend, 1}}}, kPatience);
  require_ok(chosen, "choose");
  Conversation conversation = client.exchange(0, admission, kPatience, std::move(chosen.channel));
  require_ok(conversation, "admission");
  client.give_back(0, std::move(conversation.channel));
  if (const auto* const refused = std::get_if<protocol::Refused>(&conversation.answer))
    throw std::runtime_error("refused: " + refused->detail);
  return std::get<protocol::Admitted>(conversation.answer).session_id.secret();
}

std::string unknown_beside(std::string id) {
  id.back() = id.back() == 'A' ? 'B' : 'A';
  return id;
}

std::string whole_state(GatewayClient& client, const protocol::AskStatus& question) {
  Conversation conversation = client.exchange(0, question, kPatience);
  for (std::string text;;) {
    require_ok(conversation, "state");
    const auto& piece = std::get<protocol::StatusPiece>(conversation.answer);
    text += piece.bytes;
    if (piece.last) {
      client.give_back(0, std::move(conversation.channel));
      return text;
    }
    conversation.status = conversation.channel->receive(conversation.answer, Clock::now() + kPatience);
  }
}

std::unique_ptr<TunnelLeg> forwarding_leg(GatewayClient& client) {
  return std::make_unique<ForwardingLeg>(client);
}

std::unique_ptr<TunnelLeg> handed_over_leg(GatewayClient& client, const std::string& session_id) {
  local::SocketPair pair = tcp_pair();
  protocol::HandOver terms = terms_for(session_id);
  terms.request.kind = TunnelRequestKind::open;
  terms.awaits_answer = true;
  give(client, terms, pair.theirs.get());
  auto leg = std::make_unique<ConnectionLeg>(std::move(pair.ours));
  if (leg->read_reply().body != session_id + "\n")
    throw std::runtime_error("hand over: the client was told another id");
  return leg;
}

std::unique_ptr<TunnelLeg> pumped_leg(GatewayClient& client, const std::string& session_id,
                                      std::uint32_t forwarded_requests) {
  std::optional<local::SocketPair> pair = local::make_socket_pair(SOCK_STREAM);
  if (!pair) throw std::runtime_error("no local socket");
  protocol::HandOver terms = terms_for(session_id);
  terms.forwarded_requests = forwarded_requests;
  give(client, terms, pair->theirs.get());
  return std::make_unique<ConnectionLeg>(std::move(pair->ours));
}

local::Descriptor handed_over_socket(GatewayClient& client, const std::string& session_id,
                                     std::uint32_t body_limit_bytes) {
  local::SocketPair pair = tcp_pair();
  protocol::HandOver terms = terms_for(session_id);
  terms.body_limit_bytes = body_limit_bytes;
  give(client, terms, pair.theirs.get());
  return std::move(pair.ours);
}

void EchoSession::carry(TunnelLeg& leg, const std::string& bytes) {
  const auto deadline = Clock::now() + kPatience;
  std::string back = poll(leg, TunnelRequestKind::send, bytes);
  while (back.size() < bytes.size() && Clock::now() < deadline)
    back += poll(leg, TunnelRequestKind::idle, {});
  if (back != bytes)
    throw std::runtime_error("of " + std::to_string(bytes.size()) + " bytes came back others, or " +
                             std::to_string(back.size()));
}

void EchoSession::close(TunnelLeg& leg) {
  const Reply reply = leg.request({TunnelRequestKind::close, id_, next_number_++, {}});
  if (reply.status != 200) throw std::runtime_error("a close was answered " + std::to_string(reply.status));
}

std::string EchoSession::poll(TunnelLeg& leg, TunnelRequestKind kind, std::string body) {
  Reply reply = leg.request({kind, id_, next_number_++, std::move(body)});
  if (reply.status != 200 || !reply.polling_interval)
    throw std::runtime_error("a " + std::string(to_string(kind)) + " was answered " + std::to_string(reply.status));
  return std::move(reply.body);
}

} // namespace rtmpt_proxy::test
