// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/handshake_queue.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace rtmpt_proxy::gateway {

void HandshakeQueue::add(const std::string& address, std::weak_ptr<Handshaker> handshaker) {
  waiting_.add(address, std::move(handshaker));
  await_turn();
}

// What is posted within a handler runs after everything that is ready now, and after the loop has looked at its sockets
// once more.
void HandshakeQueue::await_turn() {
  if (waiting_.empty() || std::exchange(awaits_turn_, true)) return;
  boost::asio::post(loop_, [this] {
    awaits_turn_ = false;
    make_one_step();
    await_turn();
  });
}

void HandshakeQueue::make_one_step() {
  while (!waiting_.empty()) {
    const std::shared_ptr<Handshaker> next = waiting_.take().lock();
    if (!next || !next->make_step()) continue;
    ++steps_;
    return;
  }
}

} // namespace rtmpt_proxy::gateway
