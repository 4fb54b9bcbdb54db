#include "gateway_client.hpp"

#include <rtmpt_proxy/protocol/session_loop.hpp>

#include <algorithm>
#include <array>
#include <cstring>

#include <sys/socket.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::chrono::milliseconds kGreetingWithin{2000};
constexpr std::chrono::milliseconds kSendWithin{2000};
// Per door: more than that are waiting threads of a busy moment.
constexpr std::size_t kMaxKeptChannels = 64;
constexpr std::size_t kMinKeptOfLoop = 4;

// Puts one end of a channel through the door. Never waits: a full door means that nobody opens it.
bool pass_through(int door, std::uint32_t loop, int channel_end) {
  auto knock = static_cast<unsigned char>(loop);
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

protocol::Reply unknown_session() {
  protocol::Reply reply;
  reply.status = 404;
  return reply;
}

// What is to be said, perhaps twice.
struct Words {
  const protocol::GatewayMessage& request;
  std::chrono::milliseconds answer_within;
  int descriptor = -1;
  Deadline latest = Deadline::max(); // for all of it
};

Deadline soon(std::chrono::milliseconds within, Deadline latest) {
  return std::min(Clock::now() + within, latest);
}

ChannelStatus say(GatewayChannel& channel, const Words& words, protocol::GatewayMessage& answer) {
  const std::span<const int> descriptors(&words.descriptor, words.descriptor >= 0 ? 1 : 0);
  const ChannelStatus status = channel.send(words.request, soon(kSendWithin, words.latest), descriptors);
  return status == ChannelStatus::ok ? channel.receive(answer, soon(words.answer_within, words.latest)) : status;
}

// `obtain` finds the channel when there is none to begin with. One that gives none and no error says that the exchange
// is not needed.
template <class Obtain>
Conversation converse(const Words& words, ChannelLease first, Obtain obtain) {
  Conversation conversation;
  conversation.channel = std::move(first);
  for (const bool fresh : {false, true}) {
    if (!conversation.channel) conversation.channel = obtain(conversation.status, fresh);
    if (conversation.channel) conversation.status = say(*conversation.channel, words, conversation.answer);
    if (conversation.status == ChannelStatus::ok) break;
    conversation.channel.reset();
    if (conversation.status != ChannelStatus::lost) break;
  }
  return conversation;
}

} // namespace

GatewayClient::GatewayClient(const std::vector<int>& doors, std::uint32_t turn) : turn_(turn) {
  for (const int socket : doors) {
    doors_.push_back(std::make_unique<Door>());
    doors_.back()->socket = socket;
    doors_.back()->quiet.resize(protocol::kMaxGatewayLoops);
  }
}

ChannelLease GatewayClient::obtain(std::size_t door, ChannelStatus& status) {
  status = ChannelStatus::lost;
  if (door >= doors_.size()) return nullptr;
  ChannelLease channel = obtain_in_turn(*doors_[door], status, false);
  // Lost when the gateway was started again with fewer loops.
  if (!channel && status == ChannelStatus::lost) channel = obtain_in_turn(*doors_[door], status, true);
  return channel;
}

Conversation GatewayClient::exchange(std::size_t door, const protocol::GatewayMessage& request,
                                     std::chrono::milliseconds answer_within, ChannelLease first) {
  if (door >= doors_.size()) return {};
  return converse({request, answer_within}, std::move(first),
                  [&](ChannelStatus& status, bool fresh) { return obtain_in_turn(*doors_[door], status, fresh); });
}

Conversation GatewayClient::exchange_within(std::size_t door, const protocol::GatewayMessage& request,
                                            std::chrono::milliseconds within) {
  if (door >= doors_.size()) return {};
  const Deadline latest = Clock::now() + within;
  return converse({request, within, -1, latest}, nullptr, [&](ChannelStatus& status, bool fresh) {
    return obtain_in_turn(*doors_[door], status, fresh, latest);
  });
}

Conversation GatewayClient::exchange_for_session(std::size_t door, std::string_view session_id,
                                                 const protocol::GatewayMessage& request,
                                                 std::chrono::milliseconds answer_within, int descriptor,
                                                 ChannelLease first) {
  if (door >= doors_.size()) return {};
  Door& way = *doors_[door];
  // No gateway has that many loops, or sessions of such a name.
  const std::uint32_t loop = protocol::loop_of_session(session_id).value_or(protocol::kMaxGatewayLoops);
  if (first && first->loop() != loop) keep(way, std::move(first));
  Conversation conversation =
      converse({request, answer_within, descriptor}, std::move(first), [&](ChannelStatus& status, bool fresh) {
        return has_loop(way, loop, status) ? obtain_of_loop(way, loop, status, fresh) : nullptr;
      });
  if (conversation.status == ChannelStatus::ok && !conversation.channel) conversation.answer = unknown_session();
  return conversation;
}

void GatewayClient::give_back(std::size_t door, ChannelLease channel) {
  if (channel && door < doors_.size()) keep(*doors_[door], std::move(channel));
}

// False with an error when the gateway does not say. One that is said to have fewer loops may have been started again,
// with more, since it said so.
bool GatewayClient::has_loop(Door& door, std::uint32_t loop, ChannelStatus& status, Deadline latest) {
  status = ChannelStatus::ok;
  if (loop < door.loops.load()) return true;
  ChannelLease channel = obtain_of_loop(door, 0, status, false, latest);
  if (!channel) return false;
  keep(door, std::move(channel));
  return loop < door.loops.load();
}

ChannelLease GatewayClient::obtain_in_turn(Door& door, ChannelStatus& status, bool fresh, Deadline latest) {
  if (!has_loop(door, 0, status, latest)) return nullptr;
  const std::uint32_t loops = std::max(door.loops.load(), 1u); // it may be forgotten meanwhile
  return obtain_of_loop(door, turn_.fetch_add(1) % loops, status, fresh, latest);
}

ChannelLease GatewayClient::obtain_of_loop(Door& door, std::uint32_t loop, ChannelStatus& status, bool fresh,
                                           Deadline latest) {
  if (!fresh) {
    if (ChannelLease kept = take_kept(door, loop)) {
      status = ChannelStatus::ok;
      return kept;
    }
  }
  return knock(door, loop, status, latest);
}

ChannelLease GatewayClient::take_kept(Door& door, std::uint32_t loop) {
  const std::lock_guard<std::mutex> lock(door.mutex);
  std::vector<ChannelLease>& quiet = door.quiet[loop];
  while (!quiet.empty()) {
    ChannelLease kept = std::move(quiet.back());
    quiet.pop_back();
    if (kept->is_quiet()) return kept;
    door.loops.store(0); // the gateway ended: the next one may have another number
  }
  return nullptr;
}

void GatewayClient::keep(Door& door, ChannelLease channel) {
  const std::size_t loops = std::max(door.loops.load(), 1u);
  const std::lock_guard<std::mutex> lock(door.mutex);
  std::vector<ChannelLease>& quiet = door.quiet[channel->loop()];
  if (quiet.size() < std::max(kMaxKeptChannels / loops, kMinKeptOfLoop)) quiet.push_back(std::move(channel));
}

ChannelLease GatewayClient::knock(Door& door, std::uint32_t loop, ChannelStatus& status, Deadline latest) {
  status = ChannelStatus::lost;
  std::optional<SocketPair> pair = make_socket_pair(SOCK_STREAM);
  if (!pair || !pass_through(door.socket, loop, pair->theirs.get())) return nullptr;
  pair->theirs.reset(); // so that the gateway's end of life is seen here
  auto channel = std::make_unique<GatewayChannel>(std::move(pair->ours), loop);
  protocol::GatewayMessage greeting;
  status = channel->receive(greeting, soon(kGreetingWithin, latest));
  // Perhaps it has no such loop any more.
  if (status == ChannelStatus::lost && loop != 0) door.loops.store(0);
  if (status != ChannelStatus::ok) return nullptr;
  const auto* const hello = std::get_if<protocol::Hello>(&greeting);
  if (hello && hello->protocol_version == protocol::kGatewayProtocolVersion) {
    door.loops.store(hello->loops);
    return channel;
  }
  status = ChannelStatus::garbled;
  return nullptr;
}

} // namespace rtmpt_proxy::apache
