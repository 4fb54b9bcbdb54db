#include "session_sampler.hpp"

#include "bit_rate_meter.hpp"
#include "live_session.hpp"
#include "session_table.hpp"

namespace rtmpt_proxy::gateway {

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
  if (sessions_.size() == 0) return;
  const auto now = std::chrono::steady_clock::now();
  sessions_.for_each([now](LiveSession& session) { session.sample(now); });
  wake();
}

} // namespace rtmpt_proxy::gateway
