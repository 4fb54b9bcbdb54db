#include "gateway/loops/gateway_loops.hpp"

#include "gateway/base/signals_blocked.hpp"
#include "gateway/sessions/live_session.hpp"

#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <boost/asio/post.hpp>

#include <thread>
#include <utility>

namespace rtmpt_proxy::gateway {

GatewayLoops::GatewayLoops(std::uint32_t count, NameRules names) : shared_(std::move(names)), unfinished_(count) {
  for (std::uint32_t index = 0; index < count; ++index)
    loops_.push_back(std::make_unique<Gateway>(*this, shared_, index));
}

// Answers would be posted to loops that are no more.
GatewayLoops::~GatewayLoops() {
  shared_.names.stop();
}

Gateway* GatewayLoops::home_of(std::string_view id) {
  const auto index = protocol::loop_of_session(id);
  return index && *index < count() ? loops_[*index].get() : nullptr;
}

Gateway& GatewayLoops::home_for(SessionPlaces& places) {
  LoopChoice choice = shared_.counts.choose_loop(count(), sessions_per_loop_);
  places.loop = std::move(choice.place);
  return at(choice.index);
}

void GatewayLoops::run() {
  {
    std::vector<std::jthread> threads; // joined at the end of this block
    try {
      const SignalsBlocked blocked;
      threads.emplace_back([this] { status_office_.run(); });
      for (std::uint32_t index = 1; index < count(); ++index)
        threads.emplace_back([this, &gateway = at(index)] { run_one(gateway); });
    } catch (...) {
      stop(); // those that have begun
      throw;
    }
    run_one(first());
  }
  log_shutdown();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void GatewayLoops::run_one(Gateway& gateway) {
  try {
    gateway.loop().run();
  } catch (...) {
    const std::lock_guard<std::mutex> lock(failure_mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
  stop();
}

void GatewayLoops::log_shutdown() {
  for (const auto& gateway : loops_)
    gateway->sessions().for_each([](LiveSession& session) { session.log_shutdown(); });
}

void GatewayLoops::stop() {
  status_office_.stop();
  for (const auto& gateway : loops_)
    gateway->loop().stop();
}

void GatewayLoops::retire() {
  shared_.log.logger().info("RTMPT301: a newer gateway takes the new sessions; this one finishes its {}",
                            shared_.counts.sessions());
  for (const auto& gateway : loops_)
    boost::asio::post(gateway->loop(), [&loop = *gateway] { loop.retire(); });
}

void GatewayLoops::stop_gracefully(std::chrono::milliseconds within) {
  shared_.log.logger().info(
      "RTMPT390: httpd stops gracefully; sessions that are left after {} ms end, now there are {}", within.count(),
      shared_.counts.sessions());
  for (const auto& gateway : loops_)
    boost::asio::post(gateway->loop(), [&loop = *gateway] { loop.stop_gracefully(); });
}

void GatewayLoops::end_sessions() {
  for (const auto& gateway : loops_)
    boost::asio::post(gateway->loop(), [&loop = *gateway] { loop.end_sessions(); });
}

void GatewayLoops::note_finished() {
  if (unfinished_.fetch_sub(1) == 1) stop();
}

} // namespace rtmpt_proxy::gateway
