#include "gateway.hpp"

namespace rtmpt_proxy::gateway {

namespace {
// Backends and clients of the last session get what is still on its way to them.
constexpr std::chrono::seconds kLastWords{3};
} // namespace

void Gateway::retire() {
  retiring_ = true;
  log().info("RTMPT301: a newer gateway takes the new sessions; this one finishes its {}", sessions_.size());
  session_left();
}

void Gateway::session_left() {
  if (!retiring_ || sessions_.size() != 0) return;
  last_words_.expires_after(kLastWords);
  last_words_.async_wait([this](const boost::system::error_code& error) {
    if (!error && sessions_.size() == 0) loop_.stop();
  });
}

} // namespace rtmpt_proxy::gateway
