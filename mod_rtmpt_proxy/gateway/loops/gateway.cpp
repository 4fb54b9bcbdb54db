// SPDX-License-Identifier: Apache-2.0
#include "gateway/loops/gateway.hpp"

#include "gateway/sessions/stream.hpp"
#include "local/signals_blocked.hpp"

#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <boost/asio/post.hpp>

#include <thread>
#include <utility>

namespace rtmpt_proxy::gateway {

Gateway::Gateway(std::uint32_t count, NameRules names) : shared_(std::move(names)), unfinished_(count) {
  for (std::uint32_t index = 0; index < count; ++index)
    loops_.push_back(std::make_unique<Loop>(*this, shared_, index));
}

// Stops the lookups first: their answers are posted to the loops, which are destroyed next.
Gateway::~Gateway() {
  shared_.names.stop();
}

Loop* Gateway::home_of(std::string_view id) {
  const auto index = protocol::loop_of_session(id);
  return index && *index < count() ? loops_[*index].get() : nullptr;
}

Loop& Gateway::home_for(SessionPlaces& places) {
  LoopChoice choice = choose_loop();
  places.loop = std::move(choice.place);
  return at(choice.index);
}

void Gateway::use_ask_door(const std::shared_ptr<const local::Descriptor>& door, std::uint32_t most) {
  shared_.ask_places.allow(most);
  for (const auto& loop : loops_)
    boost::asio::post(loop->io(), [&loop = *loop, door] { loop.asks().use(door); });
}

void Gateway::run() {
  {
    std::vector<std::jthread> threads; // joined at the end of this block
    try {
      const local::SignalsBlocked blocked;
      threads.emplace_back([this] { status_office_.run(); });
      for (std::uint32_t index = 1; index < count(); ++index)
        threads.emplace_back([this, &loop = at(index)] { run_one(loop); });
    } catch (...) {
      stop(); // the threads that have begun
      throw;
    }
    run_one(first());
  }
  log_shutdown();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Gateway::run_one(Loop& loop) {
  try {
    loop.io().run();
  } catch (...) {
    const std::lock_guard<std::mutex> lock(failure_mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
  stop();
}

void Gateway::log_shutdown() {
  for (const auto& loop : loops_)
    loop->sessions().for_each([](Stream& session) { session.log_shutdown(); });
}

void Gateway::stop() {
  status_office_.stop();
  for (const auto& loop : loops_)
    loop->io().stop();
}

void Gateway::retire() {
  shared_.log.logger().info("RTMPT301: a newer gateway takes the new sessions; this one finishes its {}",
                            shared_.counts.sessions());
  for (const auto& loop : loops_)
    boost::asio::post(loop->io(), [&loop = *loop] { loop.retire(); });
}

void Gateway::stop_gracefully(std::chrono::milliseconds within) {
  shared_.log.logger().info(
      "RTMPT390: httpd stops gracefully; sessions that are left after {} ms end, now there are {}", within.count(),
      shared_.counts.sessions());
  for (const auto& loop : loops_)
    boost::asio::post(loop->io(), [&loop = *loop] { loop.stop_gracefully(); });
}

void Gateway::end_sessions() {
  for (const auto& loop : loops_)
    boost::asio::post(loop->io(), [&loop = *loop] { loop.end_sessions(); });
}

void Gateway::note_finished() {
  if (unfinished_.fetch_sub(1) == 1) stop();
}

} // namespace rtmpt_proxy::gateway
