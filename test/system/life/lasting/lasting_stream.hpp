// SPDX-License-Identifier: Apache-2.0
// A client that goes on and on in a thread of its own, while a test does something to its httpd.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>

namespace rtmpt_proxy::test {

// What such a client does. All calls from one thread; each throws when something came otherwise than it should.
class StreamWork {
 public:
  virtual ~StreamWork() = default;

  virtual void turn() = 0;                // a little, which takes no longer than the network does
  virtual void finish() {}                // takes what is still on its way
  virtual std::uint64_t done() const = 0; // bytes or pictures so far, all of them compared
};

// Begins with its construction. At its end, or with stop(), the work is told to finish.
class LastingStream {
 public:
  // `pace`: the least time between two turns.
  LastingStream(std::string name, std::unique_ptr<StreamWork> work, std::chrono::milliseconds pace);
  ~LastingStream() { stopping_ = true; }
  LastingStream(const LastingStream&) = delete;
  LastingStream& operator=(const LastingStream&) = delete;

  const std::string& name() const { return name_; }

  // Whether so many whole turns have begun and ended since this call; false when the work has broken.
  bool goes_on(int turns = 2);

  // Whether the work has broken, now or by some time.
  bool breaks();

  // Waits for the end of the turn, and finishes. Throws what went wrong, in this turn or before.
  void stop();

  std::uint64_t done() const { return done_; }

 private:
  void run(std::chrono::milliseconds pace);
  bool has_broken() const;

  std::string name_;
  std::unique_ptr<StreamWork> work_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> turns_ = 0;
  std::atomic<std::uint64_t> done_ = 0;
  std::future<void> thread_; // the last, so that it is over before the others go
};

} // namespace rtmpt_proxy::test
