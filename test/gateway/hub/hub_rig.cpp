// SPDX-License-Identifier: Apache-2.0
#include "test/gateway/hub/hub_rig.hpp"

#include <spdlog/sinks/null_sink.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace rtmpt_proxy::test {

HubLoopRig::HubLoopRig(gateway::HubStreams& streams)
    : log(std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::null_sink_mt>())),
      hub(std::make_shared<gateway::HubLoop>(services, streams)) {}

HubLoopRig::~HubLoopRig() {
  hub->close();
}

void HubRig::run() {
  for (std::size_t count = 1; count > 0;) {
    first.io.restart();
    second.io.restart();
    count = first.io.poll() + second.io.poll();
  }
}

void HubRig::run_first() {
  first.io.restart();
  first.io.poll();
}

void HubRig::check(std::chrono::steady_clock::time_point deadline) {
  if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("half a minute has passed");
}

HubClient::HubClient(HubLoopRig& loop, gateway::HubTerms terms, std::size_t room_bytes)
    : room_bytes_(room_bytes),
      leg_(std::make_shared<std::unique_ptr<gateway::HubLeg>>(
          std::make_unique<gateway::HubLeg>(loop.hub, *this, std::move(terms)))) {
  settled();
}

HubClient::~HubClient() {
  leg().close();
}

void HubClient::send(std::string_view bytes) {
  unsent_ += bytes;
  if (leg().is_open()) unsent_.erase(0, leg().write({unsent_, {}}));
  settled();
}

void HubClient::send_when_asked(std::string_view bytes) {
  unsent_ += bytes;
  settled();
}

void HubClient::backend_writable() {
  // As client legs do: until nothing is taken any more.
  for (std::size_t taken = 1; taken > 0 && !unsent_.empty();) {
    taken = leg().write({unsent_, {}});
    unsent_.erase(0, taken);
  }
}

void HubClient::take(std::size_t bytes) {
  const std::string taken = untaken_.substr(0, bytes);
  untaken_.erase(0, bytes);
  heard.hear(taken);
  settled();
}

void HubClient::backend_bytes(std::string_view bytes) {
  untaken_ += bytes;
  if (untaken_.size() > room_bytes_) throw std::runtime_error("more came than there was room for");
  if (takes_all_) heard.hear(std::exchange(untaken_, {}));
}

void HubClient::backend_closed(std::string_view why) {
  is_closed = true;
  reason = why;
}

void HubClient::settled() {
  if (leg().is_open()) leg().follow(room_bytes_ - untaken_.size(), unsent_.size());
}

gateway::HubTerms hub_terms(std::string_view address, std::string_view hub) {
  gateway::HubTerms terms;
  terms.hub = hub;
  terms.client_address = address;
  return terms;
}

} // namespace rtmpt_proxy::test
