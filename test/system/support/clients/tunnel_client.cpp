// SPDX-License-Identifier: Apache-2.0
#include "support/clients/tunnel_client.hpp"

namespace rtmpt_proxy::test {

namespace {

constexpr std::string_view kPollBody{"\0", 1}; // what real clients post with everything but send

} // namespace

std::string tunnel_target(std::string_view kind, std::string_view id, std::uint32_t number) {
  return "/" + std::string(kind) + "/" + std::string(id) + "/" + std::to_string(number);
}

std::string unknown_id(std::string id) {
  id.back() = id.back() == 'A' ? 'B' : 'A';
  return id;
}

std::string rtmp_bytes(const HttpResponse& reply) {
  if (reply.status != 200 || reply.body.empty()) {
    throw std::runtime_error("not a 200 with a polling byte: " + reply.head + reply.body);
  }
  return reply.body.substr(1);
}

HttpResponse TunnelClient::try_open() {
  auto reply = connection_->exchange(post("/open/1", kPollBody, headers_));
  if (reply.status == 200 && !reply.body.empty()) id_ = reply.body.substr(0, reply.body.size() - 1);
  return reply;
}

void TunnelClient::open() {
  const auto reply = try_open();
  const bool good = reply.status == 200 && reply.body.size() >= 2 && reply.body.find('\n') == reply.body.size() - 1;
  if (!good) throw std::runtime_error("no session: " + reply.head + reply.body);
}

std::string TunnelClient::request(std::string_view kind, std::uint32_t number, std::string_view body) const {
  return post(tunnel_target(kind, id_, number), body, headers_);
}

HttpResponse TunnelClient::polled(HttpResponse reply) {
  if (reply.status == 200) received_ += rtmp_bytes(reply);
  return reply;
}

HttpResponse TunnelClient::send(std::string_view bytes, Deadline deadline) {
  return polled(connection_->exchange(request("send", take_number(), bytes), deadline));
}

HttpResponse TunnelClient::idle(Deadline deadline) {
  return polled(connection_->exchange(request("idle", take_number(), kPollBody), deadline));
}

HttpResponse TunnelClient::close() {
  return connection_->exchange(request("close", take_number(), kPollBody));
}

std::string TunnelClient::poll_for(std::size_t count, Deadline deadline) {
  while (received_.size() < count) {
    const auto reply = idle(deadline);
    if (reply.status != 200) throw std::runtime_error("a poll was answered: " + reply.head);
    if (deadline.passed() && received_.size() < count) {
      throw TimedOut("the client got " + std::to_string(received_.size()) + " of " + std::to_string(count) + " bytes");
    }
  }
  return received_;
}

} // namespace rtmpt_proxy::test
