// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/gateway_pulse.hpp>

namespace rtmpt_proxy::policy {

namespace {

static_assert(std::atomic<std::int64_t>::is_always_lock_free, "processes share it");

// The time as a number. Never 0, because 0 has a special meaning.
std::int64_t nanoseconds(GatewayPulse::TimePoint time) {
  const auto count = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  return count == 0 ? 1 : count;
}

} // namespace

GatewayPulse::Entry GatewayPulse::ask(TimePoint now) {
  std::int64_t next_probe = next_probe_.load();
  if (next_probe == 0) return Entry::go;
  if (nanoseconds(now) < next_probe) return Entry::refuse;
  // When several requests come at this moment, only one of them is the probe.
  if (next_probe_.compare_exchange_strong(next_probe, nanoseconds(now + kProbeInterval))) return Entry::probe;
  return next_probe == 0 ? Entry::go : Entry::refuse;
}

void GatewayPulse::answered(TimePoint now) {
  last_answer_.store(nanoseconds(now));
  if (next_probe_.load() != 0) next_probe_.store(0);
}

void GatewayPulse::missed(TimePoint began, TimePoint now) {
  const std::int64_t last_answer = last_answer_.load();
  if (last_answer != 0 && last_answer >= nanoseconds(began) && last_answer > nanoseconds(now - kSlow)) return;
  fall_silent(now);
}

void GatewayPulse::doubted(TimePoint began, TimePoint now) {
  const std::int64_t last_answer = last_answer_.load();
  if (last_answer == 0 || last_answer < nanoseconds(began)) fall_silent(now);
}

bool GatewayPulse::was_just_asked(TimePoint now) const {
  return nanoseconds(now) < next_probe_.load() - nanoseconds(TimePoint(kProbeInterval - kJustAsked));
}

void GatewayPulse::fall_silent(TimePoint now) {
  std::int64_t answers = 0;
  next_probe_.compare_exchange_strong(answers, nanoseconds(now)); // a silent gateway keeps the time of its next probe
}

} // namespace rtmpt_proxy::policy
