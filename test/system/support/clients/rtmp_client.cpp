// SPDX-License-Identifier: Apache-2.0
#include "support/clients/rtmp_client.hpp"

#include "support/os/random_bytes.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

#include <poll.h>

namespace rtmpt_proxy::test {

std::string connect_command(std::string_view app, std::string_view tc_url) {
  Properties properties{{"app", amf_string(app)}, {"flashVer", amf_string("FMLE/3.0")}};
  if (!tc_url.empty()) properties.emplace_back("tcUrl", amf_string(tc_url));
  return chunks({.payload = connect_payload(properties)});
}

std::string picture_messages(std::size_t bytes, std::uint32_t seed) {
  constexpr std::size_t kLargestPicture = 30'000;
  constexpr std::uint8_t kVideo = 9;
  std::string messages;
  for (const std::string& piece : random_pieces(random_bytes(bytes, seed), kLargestPicture, seed))
    messages += chunks({.stream = 6, .type = kVideo, .payload = piece});
  return messages;
}

void RtmpClient::shake_hands() {
  const std::string hello = handshake();
  send(hello.substr(0, 1 + kHandshakePart));
  const std::string answer = receive(kHandshakeAnswer);
  if (answer.front() != '\3' || answer.substr(1 + kHandshakePart) != hello.substr(1, kHandshakePart))
    throw std::runtime_error("the handshake was answered by something else");
  send(answer.substr(1, kHandshakePart));
}

void RtmpClient::connect(std::string_view app, std::string_view tc_url) {
  shake_hands();
  send(connect_command(app, tc_url));
}

std::string RtmpClient::receive(std::size_t count, Deadline deadline) {
  while (unread_.size() < count) {
    const std::string piece = stream_->read_some(deadline);
    if (piece.empty())
      throw std::runtime_error("the connection ended after " + std::to_string(unread_.size()) + " bytes");
    unread_ += piece;
  }
  const std::string bytes = unread_.substr(0, count);
  unread_.erase(0, count);
  return bytes;
}

std::string RtmpClient::receive_all(Deadline deadline) {
  try {
    for (std::string piece; !(piece = stream_->read_some(deadline)).empty();)
      unread_ += piece;
  } catch (const std::system_error&) {
  }
  return std::exchange(unread_, {});
}

std::string RtmpClient::receive_what_is_there() {
  while (ready(stream_->socket(), POLLIN, Deadline(std::chrono::milliseconds{0}))) {
    const std::string piece = stream_->read_some(Deadline{});
    if (piece.empty()) break;
    unread_ += piece;
  }
  return std::exchange(unread_, {});
}

} // namespace rtmpt_proxy::test
