// SPDX-License-Identifier: Apache-2.0
#include "control/status_asker.hpp"

#include "local/descriptor.hpp"

#include <cerrno>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <sys/eventfd.h>

namespace rtmpt_proxy::control {

// The thread may outlive the asker.
struct StatusAsker::Shared {
  local::Descriptor answered{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::mutex mutex;
  std::optional<ControlAnswer> answer;
};

StatusAsker::StatusAsker() : shared_(std::make_shared<Shared>()) {
  if (!shared_->answered) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void StatusAsker::ask(const Order& order) {
  if (std::exchange(is_asking_, true)) return;
  std::thread([shared = shared_, order] {
    ControlAnswer answer = give_order(order);
    const std::lock_guard lock(shared->mutex);
    shared->answer = std::move(answer);
    ::eventfd_write(shared->answered.get(), 1);
  }).detach();
}

int StatusAsker::descriptor() const {
  return shared_->answered.get();
}

std::optional<ControlAnswer> StatusAsker::take() {
  const std::lock_guard lock(shared_->mutex);
  if (!shared_->answer) return std::nullopt;
  eventfd_t count = 0;
  ::eventfd_read(shared_->answered.get(), &count);
  is_asking_ = false;
  return std::exchange(shared_->answer, std::nullopt);
}

} // namespace rtmpt_proxy::control
