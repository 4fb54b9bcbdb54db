// SPDX-License-Identifier: Apache-2.0
// The hub on two threads: publishers and viewers come and go on both while others publish and play.
#include "test/gateway/hub/hub_rig.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::MediaKind;

namespace {

// A loop in a thread of its own, with a publisher that begins again and again, and viewers that come and go.
class BusyLoop {
 public:
  BusyLoop(gateway::HubStreams& streams, std::string own_name, std::string other_name)
      : loop_(streams), own_name_(std::move(own_name)), other_name_(std::move(other_name)) {
    thread_ = std::thread([this] { loop_.io.run(); });
    boost::asio::post(loop_.io, [this] { turn(); });
  }

  // Everything of the loop ends in its thread, before another loop is destroyed.
  void stop() {
    std::promise<void> done;
    boost::asio::post(loop_.io, [&] {
      stopping_ = true;
      clients_.clear();
      publisher_.reset();
      watcher_.reset();
      done.set_value();
    });
    done.get_future().wait();
    work_.reset();
    loop_.io.stop();
    thread_.join();
  }

  std::atomic<std::uint64_t> pictures_seen{0}; // by its viewer of the other loop's stream
  std::atomic<bool> went_back{false};

 private:
  void turn() {
    if (stopping_) return;
    if (turns_ % 50 == 0) {
      publisher_.reset();
      publisher_ = std::make_unique<HubClient>(loop_, hub_terms(own_name_));
      publisher_->send(publisher_hello("live", own_name_) + sent(MediaKind::video, 0, video_header()));
      if (!watcher_) {
        watcher_ = std::make_unique<HubClient>(loop_, hub_terms());
        watcher_->send(viewer_hello("live", other_name_));
      }
    }
    const auto time = static_cast<std::uint32_t>(turns_ % 50 * 40);
    publisher_->send(sent(MediaKind::video, time, turns_ % 5 == 0 ? key_frame() : picture()));
    come_and_go();
    look();
    ++turns_;
    pause_.expires_after(1ms);
    pause_.async_wait([this](const boost::system::error_code& error) {
      if (!error) turn();
    });
  }

  void come_and_go() {
    auto viewer = std::make_unique<HubClient>(loop_, hub_terms());
    viewer->send(viewer_hello("live", turns_ % 2 == 0 ? own_name_ : other_name_));
    clients_.push_back(std::move(viewer));
    if (clients_.size() > 20) clients_.erase(clients_.begin());
  }

  void look() {
    for (const std::string& line : watcher_->heard.take_lines()) {
      if (!line.starts_with("video ")) continue;
      const std::uint64_t time = std::stoull(line.substr(6));
      if (time < last_time_) went_back = true;
      last_time_ = time;
      ++pictures_seen;
    }
  }

  HubLoopRig loop_;
  const std::string own_name_;
  const std::string other_name_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.io.get_executor()};
  boost::asio::steady_timer pause_{loop_.io};
  std::vector<std::unique_ptr<HubClient>> clients_;
  std::unique_ptr<HubClient> publisher_;
  std::unique_ptr<HubClient> watcher_;
  std::uint64_t turns_ = 0;
  std::uint64_t last_time_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

// A viewer who may be asked from another thread.
class LastTime final : public gateway::Viewer {
 public:
  explicit LastTime(HubLoopRig& loop) : hub_(loop.hub) { hub_->join("hub", "live/cam", *this); }
  ~LastTime() { hub_->leave(*this); }

  std::atomic<std::uint64_t> newest{0};
  std::atomic<std::uint64_t> segments{0};
  std::atomic<bool> went_back{false};

 private:
  void take_segment(const protocol::SharedSegment& segment) override {
    if (segment->time < newest) went_back = true;
    newest = segment->time;
    ++segments;
  }
  void publisher_left(std::chrono::milliseconds) override {}

  const std::shared_ptr<gateway::HubLoop> hub_;
};

} // namespace

TEST_CASE("A loop that stands still misses what does not fit, and goes on with the newest") {
  gateway::HubStreams streams;
  HubLoopRig here(streams);
  HubLoopRig busy(streams);
  HubClient publisher(here, hub_terms());
  publisher.send(publisher_hello("live", "cam") + set_chunk_size(65536));
  auto work = boost::asio::make_work_guard(busy.io);
  std::thread thread([&] { busy.io.run(); });
  std::promise<void> stands_still;
  std::promise<void> may_go_on;
  std::unique_ptr<LastTime> viewer;
  boost::asio::post(busy.io, [&] {
    viewer = std::make_unique<LastTime>(busy);
    stands_still.set_value();
    may_go_on.get_future().wait();
  });
  stands_still.get_future().wait();
  std::uint32_t time = 0;
  const auto publish = [&] {
    const std::string payload = (time % 200 == 0 ? key_frame() : picture()) + std::string(300000, 'x');
    publisher.send(chunks({.stream = 6, .type = 9, .payload = payload, .chunk_size = 65536, .timestamp = time}));
    here.io.restart();
    here.io.poll();
    time += 40;
  };
  while (time < 4000)
    publish();
  may_go_on.set_value();
  for (const std::uint32_t until = time + 4000; time < until;)
    publish(); // while the other loop works again
  const auto deadline = std::chrono::steady_clock::now() + 50s;
  while (viewer->newest < time - 40 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(5ms); // until a condition holds
  CHECK(viewer->newest == time - 40);
  CHECK_FALSE(viewer->went_back);
  CHECK(viewer->segments < 200);
  std::promise<void> done;
  boost::asio::post(busy.io, [&] {
    viewer.reset();
    done.set_value();
  });
  done.get_future().wait();
  work.reset();
  thread.join();
}

TEST_CASE("Two loops publish for each other while clients come and go") {
  gateway::HubStreams streams;
  BusyLoop one(streams, "a", "b");
  BusyLoop other(streams, "b", "a");
  const auto deadline = std::chrono::steady_clock::now() + 50s;
  while ((one.pictures_seen < 300 || other.pictures_seen < 300) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(10ms); // until a condition holds
  one.stop();
  other.stop();
  CHECK(one.pictures_seen >= 300);
  CHECK(other.pictures_seen >= 300);
  CHECK_FALSE(one.went_back);
  CHECK_FALSE(other.went_back);
}
