// SPDX-License-Identifier: Apache-2.0
#include "gateway/greeting/rtmp_intake.hpp"

#include "gateway/greeting/rtmp_greeter.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

void log_lost_client(const GreetingHome& home, const protocol::HandOverRtmp& terms, std::string_view why) {
  if (const auto left_out = home.greeters.lines.admit(std::chrono::steady_clock::now()))
    home.loop.log.warn("RTMPT413: the connection of the client of RTMP {} is closed: {}{}", terms.shown_client, why,
                       policy::words_for_left_out(*left_out));
}

} // namespace

void greet_client(const GreetingHome& home, DetachedClient client, protocol::HandOverRtmp terms, LoopPlace loop_place,
                  std::string_view residue) {
  const std::string address = counted_as(std::string(protocol::to_text(terms.client.source.address).view()));
  std::optional<GreetingPlaces::Place> place = home.places.enter(address);
  if (!place) return log_lost_client(home, terms, "too many clients of RTMP of its address have no stream yet");
  ClientSocket socket(home.loop.io);
  const std::string failure = socket.take(std::move(client));
  if (!failure.empty()) return log_lost_client(home, terms, failure);
  auto greeter = std::make_shared<RtmpGreeter>(home, std::move(socket), std::move(terms), std::move(loop_place),
                                               *std::move(place));
  home.greeters.owned.add(greeter);
  greeter->start(residue);
}

} // namespace rtmpt_proxy::gateway
