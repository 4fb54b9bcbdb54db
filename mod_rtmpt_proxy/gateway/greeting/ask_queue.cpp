// SPDX-License-Identifier: Apache-2.0
#include "gateway/greeting/ask_queue.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

void AskQueue::use(std::shared_ptr<const local::Descriptor> door) {
  door_ = std::move(door);
  start_next();
}

void AskQueue::ask(const std::string& address, std::string text, Ask::IsWanted is_wanted, Ask::Done done) {
  auto ask = std::make_shared<Ask>(loop_, std::move(text), std::move(is_wanted),
                                   [this, done = std::move(done)](const protocol::AskAnswer& answer) {
                                     finish_one();
                                     done(answer);
                                   });
  waiting_.add(address, std::move(ask));
  start_next();
}

void AskQueue::start_next() {
  while (!waiting_.empty() && places_.enter(under_way_ == 0)) {
    const std::shared_ptr<Ask> next = waiting_.take();
    ++under_way_;
    if (next->is_wanted())
      next->start(door_);
    else
      give_place_back();
  }
}

void AskQueue::give_place_back() {
  --under_way_;
  places_.leave();
}

void AskQueue::finish_one() {
  give_place_back();
  start_next();
}

} // namespace rtmpt_proxy::gateway
