// SPDX-License-Identifier: Apache-2.0
#include "life/lasting/lasting_stream.hpp"

#include "test/support/deadline.hpp"

#include <thread>
#include <utility>

namespace rtmpt_proxy::test {

LastingStream::LastingStream(std::string name, std::unique_ptr<StreamWork> work, std::chrono::milliseconds pace)
    : name_(std::move(name)),
      work_(std::move(work)),
      thread_(std::async(std::launch::async, [this, pace] { run(pace); })) {}

void LastingStream::run(std::chrono::milliseconds pace) {
  while (!stopping_) {
    const auto next = std::chrono::steady_clock::now() + pace;
    work_->turn();
    done_ = work_->done();
    ++turns_;
    std::this_thread::sleep_until(next);
  }
  work_->finish();
  done_ = work_->done();
}

bool LastingStream::has_broken() const {
  return thread_.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
}

bool LastingStream::goes_on(int turns) {
  const int wanted = turns_ + turns;
  happens([&] { return turns_ >= wanted || has_broken(); });
  return turns_ >= wanted;
}

bool LastingStream::breaks() {
  return happens([this] { return has_broken(); });
}

void LastingStream::stop() {
  stopping_ = true;
  thread_.get();
}

} // namespace rtmpt_proxy::test
