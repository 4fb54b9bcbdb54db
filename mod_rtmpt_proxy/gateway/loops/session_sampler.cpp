// SPDX-License-Identifier: Apache-2.0
#include "gateway/loops/session_sampler.hpp"

#include "gateway/facts/bit_rate_meter.hpp"
#include "gateway/loops/loop_load.hpp"
#include "gateway/sessions/session_rounds.hpp"
#include "gateway/sessions/session_table.hpp"
#include "gateway/sessions/stream.hpp"

#include <ctime>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

// Processor time that the calling thread has used since it began.
std::chrono::nanoseconds processor_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

} // namespace

void SessionSampler::wake() {
  if (awake_) return;
  awake_ = true;
  timer_.expires_after(BitRateMeter::kInterval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    awake_ = false;
    if (!error) on_time();
  });
}

void SessionSampler::on_time() {
  const bool full = was_full(std::chrono::steady_clock::now());
  const bool is_used = is_used_();
  tell_full_(full && is_used); // otherwise the sampler sleeps, so the loop must not stay marked as full
  if (!is_used) return;
  if (sessions_.size() > 0)
    rounds_.begin(
        [](Stream& session, bool is_leaving) {
          if (!is_leaving) session.sample(std::chrono::steady_clock::now());
        },
        [](bool) {});
  wake();
}

// Whether the thread was busy since the last call. The first call after a time without sessions counts that time too,
// in which the thread did little.
bool SessionSampler::was_full(std::chrono::steady_clock::time_point now) {
  const auto passed = now - std::exchange(looked_, now);
  const auto used = processor_time();
  return is_full(used - std::exchange(used_, used), passed);
}

} // namespace rtmpt_proxy::gateway
