// SPDX-License-Identifier: Apache-2.0
#include "module/link/gateway_client.hpp"

#include "local/descriptor_passing.hpp"
#include "local/patience.hpp"

#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <algorithm>
#include <cerrno>
#include <span>
#include <thread>
#include <utility>

#include <sys/socket.h>

namespace rtmpt_proxy::apache {

namespace {

// For each door. More channels are needed only in a busy moment.
constexpr std::size_t kMaxKeptChannels = 64;
constexpr std::size_t kMinKeptOfLoop = 4;

static_assert(local::patience::kProbe < policy::GatewayPulse::kProbeInterval);

// Sends one end of a channel through the door. Never waits: a full door means that no gateway reads it.
ChannelStatus pass_through(int door, std::uint32_t loop, int channel_end) {
  const auto knock = static_cast<char>(loop);
  if (local::send_with_descriptors(door, {&knock, 1}, {&channel_end, 1}) == 1) return ChannelStatus::ok;
  return errno == EAGAIN ? ChannelStatus::timed_out : ChannelStatus::lost;
}

protocol::Reply refusal(std::uint16_t status) {
  protocol::Reply reply;
  reply.status = status;
  return reply;
}

// A gateway's tag as a number; 0 is none.
std::uint32_t as_number(std::string_view tag) {
  std::uint32_t number = 0;
  for (const char character : tag)
    number = number << 8 | static_cast<unsigned char>(character);
  return number;
}
static_assert(protocol::kGatewayTagBytes <= sizeof(std::uint32_t));

Deadline soon(std::chrono::milliseconds within, Deadline latest) {
  return std::min(Clock::now() + within, latest);
}

// Whether the gateway answers the request that has just asked it. Waits for that, a few milliseconds at most.
bool answers_who_just_asked(const policy::GatewayPulse& pulse) {
  while (pulse.is_silent() && pulse.was_just_asked(Clock::now()))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return !pulse.is_silent();
}

} // namespace

GatewayClient::GatewayClient(const std::vector<int>& doors, std::uint32_t turn, WaitingPlaces* places,
                             SharedWaits shared)
    : places_(places), turn_(turn) {
  for (const int socket : doors) {
    auto door = std::make_unique<Door>();
    door->socket = socket;
    const bool is_shared = shared.pulses && doors_.size() < kMostPulses;
    door->pulse = is_shared ? &shared.pulses[doors_.size()] : &door->own_pulse;
    door->quiet.resize(protocol::kMaxGatewayLoops);
    doors_.push_back(std::move(door));
  }
}

Patience GatewayClient::patience_until(Deadline until) const {
  if (!places_) return {};
  return {until, [places = places_] { return places->take(); }};
}

Patience GatewayClient::patience_for(Terms& terms) const {
  const Deadline until = terms.patient_until.value_or(Clock::now() + local::patience::kEveryRequest);
  return terms.ask ? Patience{until, std::move(terms.ask)} : patience_until(until);
}

// Notes what an exchange says about the gateway: whether it answers.
void GatewayClient::note(Door& door, ChannelStatus status, Deadline began, bool waits_for_others) {
  const Deadline now = Clock::now();
  if (status == ChannelStatus::ok) door.pulse->answered(now);
  if (status == ChannelStatus::timed_out || (status == ChannelStatus::crowded && !waits_for_others))
    door.pulse->missed(began, now);
  else if (status == ChannelStatus::crowded)
    door.pulse->doubted(began, now);
}

// Whether a request may ask the gateway. False, with `status`, when the gateway is silent. The one request a second
// that checks a silent gateway uses a new channel, because the old ones hold unanswered requests.
bool GatewayClient::is_open(Door& door, bool may_probe, ChannelStatus& status) {
  status = ChannelStatus::timed_out;
  if (!may_probe && door.pulse->is_silent()) return false;
  const policy::GatewayPulse::Entry entry = door.pulse->ask(Clock::now());
  const bool open = entry != policy::GatewayPulse::Entry::refuse || (may_probe && answers_who_just_asked(*door.pulse));
  status = open ? ChannelStatus::ok : ChannelStatus::timed_out;
  if (entry != policy::GatewayPulse::Entry::probe) return open;
  keep(door, knock(door, 0, status, {Clock::now() + local::patience::kProbe, nullptr}));
  return status == ChannelStatus::ok;
}

ChannelStatus GatewayClient::say(Door& door, GatewayChannel& channel, const Words& words,
                                 protocol::GatewayMessage& answer) {
  const std::span<const int> descriptors(&words.descriptor, words.descriptor >= 0 ? 1 : 0);
  Deadline began = Clock::now();
  channel.begin(words.patience);
  ChannelStatus status = channel.send(words.request, soon(local::patience::kSend, words.latest), descriptors);
  if (status == ChannelStatus::ok && words.follow) {
    status = words.follow(channel);
    if (status == ChannelStatus::ok) began = Clock::now(); // the time before this was the client's
  }
  if (status == ChannelStatus::ok) status = channel.receive(answer, soon(words.answer_within, words.latest));
  note(door, status, began, words.waits_for_others);
  return status;
}

// `obtain` finds a channel when `first` is null. When it returns null without an error, the exchange is not needed.
template <class Obtain>
Conversation GatewayClient::converse(Door& door, const Words& words, ChannelLease first, Obtain obtain) {
  Conversation conversation;
  if (!is_open(door, words.may_probe, conversation.status)) return conversation;
  conversation.channel = std::move(first);
  for (const bool fresh : {false, true}) {
    if (!conversation.channel) conversation.channel = obtain(conversation.status, fresh);
    if (conversation.channel) conversation.status = say(door, *conversation.channel, words, conversation.answer);
    if (conversation.status == ChannelStatus::ok) break;
    conversation.channel.reset();
    if (conversation.status != ChannelStatus::lost) break;
  }
  return conversation;
}

ChannelLease GatewayClient::obtain(std::size_t door, ChannelStatus& status, Deadline patient_until,
                                   std::optional<std::uint32_t> loop) {
  status = ChannelStatus::lost;
  if (door >= doors_.size() || !is_open(*doors_[door], true, status)) return nullptr;
  const Patience patience = patience_until(patient_until);
  const Bounds bounds{Deadline::max(), &patience};
  ChannelLease channel = obtain_of(*doors_[door], loop, status, false, bounds);
  // `lost` also when the gateway was started again with fewer loops.
  if (!channel && status == ChannelStatus::lost) channel = obtain_of(*doors_[door], loop, status, true, bounds);
  return channel;
}

Conversation GatewayClient::exchange(std::size_t door, const protocol::GatewayMessage& request, Terms terms,
                                     ChannelLease first) {
  if (door >= doors_.size()) return {};
  const Patience patience = patience_for(terms);
  const Bounds bounds{terms.latest, &patience};
  const Words words{request,  terms.answer_within,    terms.descriptor, terms.latest,
                    patience, terms.waits_for_others, terms.may_probe,  terms.follow};
  return converse(*doors_[door], words, std::move(first), [&](ChannelStatus& status, bool fresh) {
    return obtain_of(*doors_[door], terms.loop, status, fresh, bounds);
  });
}

Conversation GatewayClient::exchange_within(std::size_t door, const protocol::GatewayMessage& request,
                                            std::chrono::milliseconds within) {
  Terms terms;
  terms.answer_within = within;
  terms.latest = Clock::now() + within;
  return exchange(door, request, std::move(terms));
}

bool GatewayClient::answers(std::size_t door) {
  ChannelStatus status = ChannelStatus::lost;
  if (door < doors_.size()) keep(*doors_[door], knock(*doors_[door], 0, status, {}));
  return status == ChannelStatus::ok;
}

GatewayClient::Home GatewayClient::home_of(const protocol::SessionId& session_id) {
  return {protocol::loop_of_session(session_id.secret())
              .value_or(protocol::kMaxGatewayLoops), // no gateway has this many loops
          as_number(protocol::gateway_tag_of(session_id.secret()))};
}

std::size_t GatewayClient::door_of(const protocol::SessionId& session_id) const {
  for (std::size_t door = 0; door < doors_.size(); ++door)
    if (is_home(door, session_id)) return door;
  return 0;
}

std::size_t GatewayClient::door_in_turn(std::size_t home, std::size_t turn) {
  if (turn == 0) return home;
  return turn <= home ? turn - 1 : turn;
}

std::chrono::milliseconds GatewayClient::patience_in_turn(std::size_t turn) {
  return turn == 0 ? local::patience::kEveryRequest : local::patience::kNextGateway;
}

bool GatewayClient::is_home(std::size_t door, const protocol::SessionId& session_id) const {
  const Home home = home_of(session_id);
  return home.tag != 0 && door < doors_.size() && doors_[door]->has(home);
}

Conversation GatewayClient::exchange_for_session(std::size_t door, const protocol::SessionId& session_id,
                                                 const protocol::GatewayMessage& request, Terms terms, int descriptor,
                                                 ChannelLease first) {
  if (door >= doors_.size()) return {};
  Door& way = *doors_[door];
  const Home home = home_of(session_id);
  if (first && first->loop() != home.loop) keep(way, std::move(first));
  const Patience patience = patience_for(terms);
  const Bounds bounds{terms.latest, &patience};
  const Words words{request,  terms.answer_within,    descriptor,      terms.latest,
                    patience, terms.waits_for_others, terms.may_probe, terms.follow};
  Conversation conversation = converse(way, words, std::move(first), [&](ChannelStatus& status, bool fresh) {
    return knows(way, home, status, bounds) ? obtain_of_loop(way, home.loop, status, fresh, bounds) : nullptr;
  });
  if (conversation.status == ChannelStatus::ok && !conversation.channel)
    conversation.answer = refusal(home.tag == way.tag.load() ? 404 : 421);
  return conversation;
}

void GatewayClient::give_back(std::size_t door, ChannelLease channel) {
  if (channel && door < doors_.size()) keep(*doors_[door], std::move(channel));
}

// Whether the gateway has that loop and that tag, as it last said.
bool GatewayClient::Door::has(const Home& home) const {
  return home.loop < loops.load() && (home.tag == 0 || home.tag == tag.load());
}

void GatewayClient::Door::learn(const protocol::Hello& hello) {
  tag.store(as_number(hello.tag));
  pid.store(hello.pid);
  loops.store(hello.loops);
}

// The gateway has ended. The next one has another tag, and perhaps another number of loops.
void GatewayClient::Door::forget() {
  loops.store(0);
}

// Whether this door's gateway made the session id of `home`. False with an error in `status` when the gateway does not
// answer. What is remembered can be about a gateway that has ended. So when it does not fit, a channel shows whether
// that gateway still runs, or which one has followed it.
bool GatewayClient::knows(Door& door, const Home& home, ChannelStatus& status, const Bounds& bounds) {
  status = ChannelStatus::ok;
  if (door.has(home)) return true;
  const bool knows_nothing = door.loops.load() == 0; // a kept channel has been greeted already and would teach nothing
  ChannelLease channel = obtain_of_loop(door, 0, status, knows_nothing, bounds);
  if (!channel) return false;
  keep(door, std::move(channel));
  return door.has(home);
}

ChannelLease GatewayClient::obtain_in_turn(Door& door, ChannelStatus& status, bool fresh, const Bounds& bounds) {
  if (!knows(door, Home{}, status, bounds)) return nullptr;
  const std::uint32_t loops = std::max(door.loops.load(), 1u); // another thread may have called forget()
  return obtain_of_loop(door, turn_.fetch_add(1) % loops, status, fresh, bounds);
}

ChannelLease GatewayClient::obtain_of(Door& door, std::optional<std::uint32_t> loop, ChannelStatus& status, bool fresh,
                                      const Bounds& bounds) {
  return loop ? obtain_of_loop(door, *loop, status, fresh, bounds) : obtain_in_turn(door, status, fresh, bounds);
}

ChannelLease GatewayClient::obtain_of_loop(Door& door, std::uint32_t loop, ChannelStatus& status, bool fresh,
                                           const Bounds& bounds) {
  if (!fresh) {
    if (ChannelLease kept = take_kept(door, loop)) {
      status = ChannelStatus::ok;
      return kept;
    }
  }
  return knock(door, loop, status, bounds);
}

ChannelLease GatewayClient::take_kept(Door& door, std::uint32_t loop) {
  const std::lock_guard<std::mutex> lock(door.mutex);
  std::vector<ChannelLease>& quiet = door.quiet[loop];
  while (!quiet.empty()) {
    ChannelLease kept = std::move(quiet.back());
    quiet.pop_back();
    if (kept->is_quiet()) return kept;
    door.forget(); // the gateway ended
  }
  return nullptr;
}

void GatewayClient::keep(Door& door, ChannelLease channel) {
  if (!channel) return;
  channel->end();
  const std::size_t loops = std::max(door.loops.load(), 1u);
  const std::lock_guard<std::mutex> lock(door.mutex);
  std::vector<ChannelLease>& quiet = door.quiet[channel->loop()];
  if (quiet.size() < std::max(kMaxKeptChannels / loops, kMinKeptOfLoop)) quiet.push_back(std::move(channel));
}

ChannelLease GatewayClient::knock(Door& door, std::uint32_t loop, ChannelStatus& status, const Bounds& bounds) {
  status = ChannelStatus::lost;
  std::optional<local::SocketPair> pair = local::make_socket_pair(SOCK_STREAM);
  if (!pair) return nullptr;
  const Deadline began = Clock::now();
  status = pass_through(door.socket, loop, pair->theirs.get());
  pair->theirs.reset(); // closed here, so that the end of the gateway closes the channel
  auto channel = std::make_unique<GatewayChannel>(std::move(pair->ours), loop);
  if (bounds.patience) channel->begin(*bounds.patience);
  protocol::GatewayMessage greeting;
  if (status == ChannelStatus::ok) status = channel->receive(greeting, soon(local::patience::kGreeting, bounds.latest));
  note(door, status, began, false);
  // Perhaps the gateway has no such loop any more.
  if (status == ChannelStatus::lost && loop != 0) door.forget();
  if (status != ChannelStatus::ok) return nullptr;
  const auto* const hello = std::get_if<protocol::Hello>(&greeting);
  if (hello && hello->protocol_version == protocol::kGatewayProtocolVersion) {
    door.learn(*hello);
    return channel;
  }
  status = ChannelStatus::garbled;
  return nullptr;
}

} // namespace rtmpt_proxy::apache
