#include "gateway_client.hpp"

#include <array>
#include <cstring>

#include <sys/socket.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::chrono::milliseconds kGreetingWithin{2000};
constexpr std::chrono::milliseconds kSendWithin{2000};
constexpr std::size_t kMaxKeptChannels = 64; // per door: more than that are waiting threads of a busy moment

// Puts one end of a channel through the door. Never waits: a full door means that nobody opens it.
bool pass_through(int door, int channel_end) {
  char knock = 'c';
  iovec piece{&knock, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  cmsghdr* const note = CMSG_FIRSTHDR(&header);
  note->cmsg_level = SOL_SOCKET;
  note->cmsg_type = SCM_RIGHTS;
  note->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(note), &channel_end, sizeof(int));
  return ::sendmsg(door, &header, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

} // namespace

GatewayClient::GatewayClient(const std::vector<int>& doors) {
  for (const int socket : doors) {
    doors_.push_back(std::make_unique<Door>());
    doors_.back()->socket = socket;
  }
}

ChannelLease GatewayClient::obtain(std::size_t door, ChannelStatus& status, bool fresh) {
  status = ChannelStatus::lost;
  if (door >= doors_.size()) return nullptr;
  if (!fresh) {
    if (ChannelLease kept = take_kept(*doors_[door])) {
      status = ChannelStatus::ok;
      return kept;
    }
  }
  return knock(*doors_[door], status);
}

Conversation GatewayClient::exchange(std::size_t door, const protocol::GatewayMessage& request,
                                     std::chrono::milliseconds answer_within, int descriptor, ChannelLease first) {
  Conversation conversation;
  conversation.channel = std::move(first);
  for (const bool fresh : {false, true}) {
    if (!conversation.channel) conversation.channel = obtain(door, conversation.status, fresh);
    if (!conversation.channel) return conversation;
    GatewayChannel& channel = *conversation.channel;
    conversation.status = channel.send(request, Clock::now() + kSendWithin, descriptor);
    if (conversation.status == ChannelStatus::ok)
      conversation.status = channel.receive(conversation.answer, Clock::now() + answer_within);
    if (conversation.status == ChannelStatus::ok) return conversation;
    conversation.channel.reset();
    if (conversation.status != ChannelStatus::lost) return conversation;
  }
  return conversation;
}

void GatewayClient::give_back(std::size_t door, ChannelLease channel) {
  if (!channel || door >= doors_.size()) return;
  const std::lock_guard<std::mutex> lock(doors_[door]->mutex);
  if (doors_[door]->quiet.size() < kMaxKeptChannels) doors_[door]->quiet.push_back(std::move(channel));
}

ChannelLease GatewayClient::take_kept(Door& door) {
  const std::lock_guard<std::mutex> lock(door.mutex);
  while (!door.quiet.empty()) {
    ChannelLease kept = std::move(door.quiet.back());
    door.quiet.pop_back();
    if (kept->is_quiet()) return kept;
  }
  return nullptr;
}

ChannelLease GatewayClient::knock(const Door& door, ChannelStatus& status) {
  status = ChannelStatus::lost;
  std::optional<SocketPair> pair = make_socket_pair(SOCK_STREAM);
  if (!pair || !pass_through(door.socket, pair->theirs.get())) return nullptr;
  pair->theirs.reset(); // so that the gateway's end of life is seen here
  auto channel = std::make_unique<GatewayChannel>(std::move(pair->ours));
  protocol::GatewayMessage greeting;
  status = channel->receive(greeting, Clock::now() + kGreetingWithin);
  if (status != ChannelStatus::ok) return nullptr;
  const auto* const hello = std::get_if<protocol::Hello>(&greeting);
  if (hello && hello->protocol_version == protocol::kGatewayProtocolVersion) return channel;
  status = ChannelStatus::garbled;
  return nullptr;
}

} // namespace rtmpt_proxy::apache
