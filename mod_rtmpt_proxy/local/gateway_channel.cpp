// SPDX-License-Identifier: Apache-2.0
#include "local/gateway_channel.hpp"

#include "local/descriptor_passing.hpp"

#include <rtmpt_proxy/protocol/text/wipe.hpp>

#include <climits>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::local {

namespace {

bool would_block(int error) {
  return error == EAGAIN || error == EINTR;
}

int milliseconds_until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, INT_MAX));
}

} // namespace

std::string_view to_string(ChannelStatus status) {
  switch (status) {
  case ChannelStatus::ok: return "answers";
  case ChannelStatus::timed_out: return "does not answer";
  case ChannelStatus::lost: return "closed the channel";
  case ChannelStatus::garbled: return "sent something that is no message";
  case ChannelStatus::crowded: return "does not answer soon, and as many threads as may wait for it do";
  case ChannelStatus::misplaced: return "answered with another message than expected";
  }
  return "unknown error";
}

ChannelStatus GatewayChannel::send(const protocol::GatewayMessage& message, Deadline deadline,
                                   std::span<const int> descriptors) {
  std::string frame = protocol::encode(message);
  const ChannelStatus status = send_frame(frame, deadline, descriptors);
  if (protocol::has_secrets(message)) protocol::wipe(frame);
  return status;
}

ChannelStatus GatewayChannel::send_frame(std::string_view frame, Deadline deadline, std::span<const int> descriptors) {
  constexpr std::span<const int> kNone;
  std::size_t sent_bytes = 0;
  has_sent_in_part_ = false;
  while (sent_bytes < frame.size()) {
    const std::string_view rest = frame.substr(sent_bytes);
    const ssize_t sent = send_with_descriptors(socket_.get(), rest, sent_bytes == 0 ? descriptors : kNone);
    if (sent >= 0) {
      sent_bytes += static_cast<std::size_t>(sent);
      has_sent_in_part_ = sent_bytes < frame.size();
      continue;
    }
    if (!would_block(errno)) return ChannelStatus::lost;
    if (const ChannelStatus status = wait_for(POLLOUT, deadline); status != ChannelStatus::ok) return status;
  }
  return ChannelStatus::ok;
}

ChannelStatus GatewayChannel::receive(protocol::GatewayMessage& message, Deadline deadline) {
  for (;;) {
    const protocol::FrameError error = reader_.next(message);
    if (error == protocol::FrameError::none) return ChannelStatus::ok;
    if (error != protocol::FrameError::need_more) return ChannelStatus::garbled;
    if (const ChannelStatus status = wait_for(POLLIN, deadline); status != ChannelStatus::ok) return status;
    if (const ChannelStatus status = read_some(); status != ChannelStatus::ok) return status;
  }
}

bool GatewayChannel::is_quiet() const {
  pollfd ready{socket_.get(), POLLIN, 0};
  return ::poll(&ready, 1, 0) == 0;
}

void GatewayChannel::begin(Patience patience) {
  leave_.reset();
  patience_ = std::move(patience);
}

void GatewayChannel::go_on_until(Deadline until) {
  leave_.reset();
  patience_.until = until;
}

// Asks for the leave once for each patience.
bool GatewayChannel::may_go_on() {
  patience_.until = Deadline::max();
  if (patience_.ask) leave_ = patience_.ask();
  return leave_ != nullptr;
}

bool GatewayChannel::await_either(int other, Deadline deadline) const {
  if (other < 0) return false;
  std::array<pollfd, 2> ready{{{other, POLLIN, 0}, {socket_.get(), POLLIN, 0}}};
  while (::poll(ready.data(), ready.size(), milliseconds_until(deadline)) < 0 && errno == EINTR) {
  }
  return ready[1].revents != 0;
}

ChannelStatus GatewayChannel::wait_for(short events, Deadline deadline) {
  for (;;) {
    pollfd ready{socket_.get(), events, 0};
    const int count = ::poll(&ready, 1, milliseconds_until(std::min(deadline, patience_.until)));
    if (count > 0) return ChannelStatus::ok; // an error shows in the read or write that follows
    if (count < 0 && errno != EINTR) return ChannelStatus::lost;
    if (count < 0) continue;
    if (Clock::now() >= deadline) return ChannelStatus::timed_out;
    if (Clock::now() >= patience_.until && !may_go_on()) return ChannelStatus::crowded;
  }
}

ChannelStatus GatewayChannel::read_some() {
  std::array<char, 16384> bytes;
  const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count == 0) return ChannelStatus::lost;
  if (count < 0) return would_block(errno) ? ChannelStatus::ok : ChannelStatus::lost;
  reader_.feed(std::string_view(bytes.data(), static_cast<std::size_t>(count)));
  return ChannelStatus::ok;
}

} // namespace rtmpt_proxy::local
