#include "gateway.hpp"

#include "gateway_loops.hpp"

namespace rtmpt_proxy::gateway {

namespace {
// Backends and clients of the last session get what is still on its way to them.
constexpr std::chrono::seconds kLastWords{3};
} // namespace

Gateway::Gateway(GatewayLoops& loops, SharedState& shared, std::uint32_t index)
    : loops_(loops), shared_(shared), index_(index) {}

void Gateway::retire() {
  retiring_ = true;
  session_left();
}

void Gateway::session_left() {
  if (!retiring_ || finished_ || sessions_.size() != 0) return;
  last_words_.expires_after(kLastWords);
  last_words_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_last_words();
  });
}

void Gateway::on_last_words() {
  if (finished_ || sessions_.size() != 0) return;
  finished_ = true;
  loops_.note_finished();
}

} // namespace rtmpt_proxy::gateway
