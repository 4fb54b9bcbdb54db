// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/carriage.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

namespace {

bool site_can_spare_a_thread(std::size_t holding, std::size_t threads) {
  return holding <= threads / 4;
}

} // namespace

Way choose_way(const ConnectionFacts& facts) {
  const bool one_client = facts.http_1_1 && !facts.intermediary_in_sight;
  if (!facts.hand_over_allowed || !one_client) return Way::forwarded;
  switch (facts.transport) {
  case Transport::plain:
  case Transport::relayed: return Way::handed_over;
  case Transport::tls: return facts.can_be_suspended ? Way::pumped : Way::forwarded;
  case Transport::filtered: break;
  }
  return Way::forwarded;
}

std::chrono::milliseconds forwarded_hold(std::size_t holding, std::size_t threads,
                                         std::chrono::milliseconds idle_hold) {
  if (!site_can_spare_a_thread(holding, threads)) return std::chrono::milliseconds{0};
  return std::clamp(idle_hold, std::chrono::milliseconds{0}, kForwardedHold);
}

std::chrono::milliseconds forwarded_wait(std::size_t holding, std::size_t threads) {
  return site_can_spare_a_thread(holding, threads) ? kForwardedWait : kForwardedWaitWithoutThread;
}

} // namespace rtmpt_proxy::policy
