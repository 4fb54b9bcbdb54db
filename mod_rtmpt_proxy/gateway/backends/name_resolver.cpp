// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/name_resolver.hpp"

#include "local/signals_blocked.hpp"

#include <boost/asio/post.hpp>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace rtmpt_proxy::gateway {

using std::chrono::steady_clock;

namespace {

// `inquiry` is locked on the loop alone, so that it is destroyed there too.
struct Waiter {
  boost::asio::io_context* loop;
  std::weak_ptr<Inquiry> inquiry;
};

// When this many wait, those that have given up are removed.
constexpr std::size_t kManyWaiters = 256;

bool has_gone(const Waiter& waiter) {
  return waiter.inquiry.expired();
}

struct Entry {
  std::optional<Lookup> answer; // the last one
  steady_clock::time_point answered;
  std::optional<Lookup> found; // the last one that was found
  bool under_way = false;      // queued, or in a thread
  std::vector<Waiter> waiters;

  // The last answer. If that is a failure, the last addresses that were found, if there are any.
  const Lookup& best() const { return answer->status == LookupStatus::failed && found ? *found : *answer; }
};

std::chrono::milliseconds life_of(LookupStatus status, const NameRules& rules) {
  switch (status) {
  case LookupStatus::found: return rules.found_life;
  case LookupStatus::no_such_name: return rules.no_such_name_life;
  case LookupStatus::failed: break;
  }
  return rules.failed_life;
}

Lookup failure(std::string why) {
  return {LookupStatus::failed, {}, std::move(why)};
}

void tell(const Waiter& waiter, const Lookup& answer) {
  boost::asio::post(*waiter.loop, [inquiry = waiter.inquiry, answer] {
    const std::shared_ptr<Inquiry> asker = inquiry.lock();
    if (!asker) return;
    asker->answer = answer;
    asker->bell.cancel();
  });
}

} // namespace

struct NameResolver::State : std::enable_shared_from_this<State> {
  explicit State(NameRules how) : rules(std::move(how)) {}

  // Whether the last answer may still be used. Called with the mutex locked.
  bool is_fresh(const Entry& entry) const {
    return entry.answer && steady_clock::now() - entry.answered < life_of(entry.answer->status, rules);
  }

  // False when the queue is full. Called with the mutex locked.
  bool enqueue(const std::string& name);
  bool start_thread();
  void work();
  void take_answer(const std::string& name, Lookup answer);
  void make_room();

  const NameRules rules;
  std::mutex mutex; // guards all that follows
  std::condition_variable wake_up;
  std::map<std::string, Entry> entries;
  std::deque<std::string> queue;
  std::size_t threads = 0;
  std::size_t idle_threads = 0;
  bool stopped = false;
};

bool NameResolver::State::enqueue(const std::string& name) {
  if (queue.size() >= kMostQueued) return false;
  if (idle_threads <= queue.size() && threads < kMostThreads && !start_thread() && threads == 0) return false;
  queue.push_back(name);
  wake_up.notify_one();
  return true;
}

bool NameResolver::State::start_thread() {
  try {
    const local::SignalsBlocked blocked;
    std::thread([self = shared_from_this()] { self->work(); }).detach();
    ++threads;
    return true;
  } catch (const std::system_error&) { // there are too many already
    return false;
  }
}

void NameResolver::State::work() {
  std::unique_lock<std::mutex> lock(mutex);
  for (;;) {
    ++idle_threads;
    wake_up.wait(lock, [this] { return stopped || !queue.empty(); });
    --idle_threads;
    if (stopped) return;
    const std::string name = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    Lookup answer;
    try {
      answer = rules.look_up(name);
    } catch (...) {
      answer = failure("there is no memory to look it up");
    }
    lock.lock();
    if (stopped) return; // the loops may be gone
    take_answer(name, std::move(answer));
  }
}

void NameResolver::State::take_answer(const std::string& name, Lookup answer) {
  Entry& entry = entries[name];
  entry.under_way = false;
  entry.answered = steady_clock::now();
  if (answer.status == LookupStatus::found) entry.found = answer;
  if (answer.status == LookupStatus::no_such_name) entry.found.reset();
  entry.answer = std::move(answer);
  for (const Waiter& waiter : std::exchange(entry.waiters, {}))
    tell(waiter, entry.best());
}

// Removes names that are not in use. Names come from httpd's configuration, and this many are not all in use.
void NameResolver::State::make_room() {
  if (entries.size() >= kMostNames) std::erase_if(entries, [](const auto& entry) { return !entry.second.under_way; });
}

NameResolver::NameResolver(NameRules rules) : state_(std::make_shared<State>(std::move(rules))) {}

NameResolver::~NameResolver() {
  stop();
}

std::optional<Lookup> NameResolver::ask(const std::string& name, const std::shared_ptr<Inquiry>& inquiry) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  if (state_->stopped) return failure("the gateway ends");
  if (state_->entries.find(name) == state_->entries.end()) state_->make_room();
  Entry& entry = state_->entries[name];
  if (state_->is_fresh(entry)) return entry.best();
  if (!entry.under_way) {
    if (!state_->enqueue(name)) return entry.found ? *entry.found : failure("too many names are being looked up");
    entry.under_way = true;
  }
  if (entry.waiters.size() >= kManyWaiters) std::erase_if(entry.waiters, has_gone);
  entry.waiters.push_back({&inquiry->loop, inquiry});
  return std::nullopt;
}

std::optional<Lookup> NameResolver::last_found(const std::string& name) const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  const auto entry = state_->entries.find(name);
  return entry == state_->entries.end() ? std::nullopt : entry->second.found;
}

void NameResolver::stop() {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->stopped = true;
  state_->entries.clear();
  state_->queue.clear();
  state_->wake_up.notify_all();
}

} // namespace rtmpt_proxy::gateway
