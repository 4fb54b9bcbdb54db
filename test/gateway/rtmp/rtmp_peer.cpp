// SPDX-License-Identifier: Apache-2.0
#include "rtmp_peer.hpp"

#include "test/gateway/loops/loopback.hpp"
#include "test/gateway/loops/tunnel_legs.hpp"
#include "test/support/deadline.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>
#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

using local::ChannelStatus;
using local::Clock;
using protocol::kHandshakePartBytes;

namespace {

void await(int descriptor, short events) {
  pollfd ready{descriptor, events, 0};
  if (::poll(&ready, 1, static_cast<int>(kPatience.count())) != 1) throw std::runtime_error("waited in vain");
}

RtmpPeer hand_over(apache::GatewayClient& client, local::SocketPair pair, const protocol::HandOverRtmp& terms,
                   std::string_view residue) {
  apache::Terms conditions(kPatience);
  conditions.descriptor = pair.theirs.get();
  apache::Conversation conversation = client.exchange(0, terms, std::move(conditions));
  if (conversation.status != ChannelStatus::ok || !std::holds_alternative<protocol::Take>(conversation.answer))
    throw std::runtime_error("the gateway does not take a client of RTMP");
  if (conversation.channel->send(protocol::Residue{std::string(residue)}, Clock::now() + kPatience) !=
      ChannelStatus::ok)
    throw std::runtime_error("no residue");
  client.give_back(0, std::move(conversation.channel));
  return RtmpPeer(std::move(pair.ours));
}

protocol::HandOverRtmp handed_client() {
  protocol::HandOverRtmp terms;
  terms.client = {{*protocol::parse_ip_address("192.0.2.1"), 4711}, {*protocol::parse_ip_address("192.0.2.9"), 80}};
  terms.shown_client = "192.0.2.1";
  return terms;
}

} // namespace

void RtmpPeer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    await(socket_.get(), POLLOUT);
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count <= 0) throw std::runtime_error("the other side takes no bytes");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string RtmpPeer::receive(std::size_t count) {
  std::string bytes;
  while (bytes.size() < count) {
    std::array<char, 65536> piece;
    await(socket_.get(), POLLIN);
    const ssize_t got = ::recv(socket_.get(), piece.data(), std::min(piece.size(), count - bytes.size()), 0);
    if (got <= 0) throw std::runtime_error("the connection ends after " + std::to_string(bytes.size()) + " bytes");
    bytes.append(piece.data(), static_cast<std::size_t>(got));
  }
  return bytes;
}

std::string RtmpPeer::receive_all() {
  std::string bytes;
  for (;;) {
    std::array<char, 65536> piece;
    await(socket_.get(), POLLIN);
    const ssize_t got = ::recv(socket_.get(), piece.data(), piece.size(), 0);
    if (got <= 0) return bytes;
    bytes.append(piece.data(), static_cast<std::size_t>(got));
  }
}

bool RtmpPeer::has_received() const {
  pollfd ready{socket_.get(), POLLIN, 0};
  return ::poll(&ready, 1, 0) == 1;
}

void RtmpPeer::end_writing() {
  ::shutdown(socket_.get(), SHUT_WR);
}

void RtmpPeer::greet(std::string_view app, std::string_view tc_url) {
  send(handshake().substr(1, kHandshakePartBytes));
  const std::string answer = receive(protocol::kHandshakeBytes);
  send(answer.substr(1, kHandshakePartBytes) + connect_chunks(app, tc_url));
}

void RtmpPeer::answer_greeting() {
  const std::string hello = receive(1 + kHandshakePartBytes);
  if (hello.front() != '\3') throw std::runtime_error("no C0");
  const std::string s1(kHandshakePartBytes, 's');
  send("\3" + s1 + hello.substr(1));
  if (receive(kHandshakePartBytes) != s1) throw std::runtime_error("C2 is not S1");
}

RtmpPeer rtmp_client(apache::GatewayClient& client, std::string_view residue) {
  return hand_over(client, tcp_pair(), handed_client(), residue);
}

RtmpPeer rtmps_client(apache::GatewayClient& client, const std::string& tls_server_name, int send_buffer_bytes) {
  std::optional<local::SocketPair> pair = local::make_socket_pair(SOCK_STREAM);
  if (!pair) throw std::runtime_error("no local socket");
  if (send_buffer_bytes > 0)
    ::setsockopt(pair->theirs.get(), SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof send_buffer_bytes);
  protocol::HandOverRtmp terms = handed_client();
  terms.over_tls = true;
  terms.tls_server_name = tls_server_name;
  return hand_over(client, std::move(*pair), terms, "\3");
}

protocol::GatewayMessage admit(apache::GatewayClient& client, std::uint64_t ticket, std::uint16_t backend_port) {
  protocol::Admission admission = admission_to(backend_port);
  admission.ticket = ticket;
  return admit(client, admission);
}

protocol::GatewayMessage admit(apache::GatewayClient& client, const protocol::Admission& admission) {
  apache::Terms conditions(kPatience);
  conditions.loop = protocol::loop_of_ticket(admission.ticket);
  apache::Conversation conversation = client.exchange(0, admission, std::move(conditions));
  if (conversation.status != ChannelStatus::ok) throw std::runtime_error("the gateway answers no admission");
  client.give_back(0, std::move(conversation.channel));
  return std::move(conversation.answer);
}

RtmpListener::RtmpListener() : listener_(listen_on_loopback(port_)) {}

RtmpPeer RtmpListener::accept() {
  await(listener_.get(), POLLIN);
  return RtmpPeer(local::Descriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
}

std::string connect_chunks(std::string_view app, std::string_view tc_url) {
  return chunks({3, 20,
                 connect_payload(
                     {{"app", amf_string(app)}, {"flashVer", amf_string("FMLE/3.0")}, {"tcUrl", amf_string(tc_url)}})});
}

} // namespace rtmpt_proxy::test
