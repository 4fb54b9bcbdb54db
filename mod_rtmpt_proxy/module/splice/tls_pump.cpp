// SPDX-License-Identifier: Apache-2.0
#include "module/splice/tls_pump.hpp"

#include "local/signals_blocked.hpp"
#include "module/core/hook_guard.hpp"

#include <climits>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr int kMostEvents = 64; // in one turn

// An exception (no memory) ends this turn, not the thread.
bool one_turn(TlsPump* pump) {
  return pump->turn();
}

void* APR_THREAD_FUNC run(apr_thread_t*, void* pump) {
  while (guarded<one_turn, true>(static_cast<TlsPump*>(pump))) {
  }
  return nullptr;
}

} // namespace

std::unique_ptr<TlsPump> TlsPump::start(apr_pool_t* pool) {
  local::Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  local::Descriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll || !wake) return nullptr;
  epoll_event event{};
  event.events = EPOLLIN; // and no watch: that is how it is known
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0) return nullptr;
  std::unique_ptr<TlsPump> pump(new TlsPump(std::move(epoll), std::move(wake)));
  return pump->start_thread(pool) ? std::move(pump) : nullptr;
}

bool TlsPump::start_thread(apr_pool_t* pool) {
  const local::SignalsBlocked blocked;
  const apr_status_t status = ap_thread_create(&thread_, nullptr, run, this, pool);
  if (status != APR_SUCCESS) errno = status;
  return status == APR_SUCCESS;
}

TlsPump::~TlsPump() {
  if (!thread_) return;
  stopping_ = true;
  wake();
  apr_status_t ignored = APR_SUCCESS;
  apr_thread_join(&ignored, thread_);
}

void TlsPump::add(std::unique_ptr<PumpedConnection> connection) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    incoming_.push_back(std::move(connection));
  }
  wake();
}

void TlsPump::retire(std::unique_ptr<Retirement> retirement) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    new_retirement_ = std::move(retirement);
  }
  wake();
}

void TlsPump::wake() const {
  const std::uint64_t one = 1;
  while (::write(wake_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

bool TlsPump::turn() {
  std::array<epoll_event, kMostEvents> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), kMostEvents, wait_milliseconds());
  if (stopping_) {
    end_all();
    return false;
  }
  for (int i = 0; i < count; ++i) {
    auto* const watch = static_cast<PumpWatch*>(events[i].data.ptr);
    if (!watch) {
      on_wake();
      continue;
    }
    watch->owner().on_events(watch->side(), events[i].events, scratch_);
    follow(watch->owner());
  }
  serve_listed();
  const Deadline now = Clock::now();
  if (now >= next_look_) look_at_others(now);
  serve_due(now);
  bury();
  return true;
}

void TlsPump::on_wake() {
  std::uint64_t words = 0;
  while (::read(wake_.get(), &words, sizeof words) < 0 && errno == EINTR) {
  }
  take_in();
  if (words >= kEndAtOnce) abandon_all();
}

void TlsPump::take_in() {
  std::vector<std::unique_ptr<PumpedConnection>> incoming;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    incoming.swap(incoming_);
    if (new_retirement_) {
      retirement_ = std::move(new_retirement_);
      next_look_ = Clock::now();
    }
  }
  for (auto& connection : incoming) {
    PumpedConnection& added = *connection;
    connections_.emplace(&added, std::move(connection));
    added.begin(epoll_.get(), thread_);
    follow(added);
  }
}

int TlsPump::wait_milliseconds() const {
  if (!listed_.empty()) return 0;
  const Deadline due = deadlines_.empty() ? next_look_ : std::min(deadlines_.begin()->first, next_look_);
  if (due == Deadline::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, INT_MAX));
}

void TlsPump::serve_listed() {
  std::vector<PumpedConnection*> listed;
  listed.swap(listed_);
  for (PumpedConnection* connection : listed) {
    connection->listed = false;
    if (connection->has_more()) connection->go_on(scratch_);
    follow(*connection);
  }
}

void TlsPump::serve_due(Deadline now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    PumpedConnection& connection = *deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    connection.armed_for = Deadline::max();
    connection.on_time(now);
    if (connection.may_be_destroyed(now))
      ended_.push_back(&connection);
    else
      follow(connection);
  }
}

// Called after every event of a connection.
void TlsPump::follow(PumpedConnection& connection) {
  if (connection.has_more() && !std::exchange(connection.listed, true)) listed_.push_back(&connection);
  const Deadline due = connection.deadline();
  if (due == connection.armed_for) return;
  if (connection.armed_for != Deadline::max()) deadlines_.erase({connection.armed_for, &connection});
  connection.armed_for = due;
  if (due != Deadline::max()) deadlines_.emplace(due, &connection);
}

void TlsPump::bury() {
  for (PumpedConnection* connection : ended_) {
    std::erase(listed_, connection);
    connection->destroy_connection();
    connections_.erase(connection);
  }
  ended_.clear();
}

// Checks whether this retired child must end: another child may have retired since, or the site may need its place.
void TlsPump::look_at_others(Deadline now) {
  next_look_ = now + kLookAtOthers;
  const auto streams = std::count_if(connections_.begin(), connections_.end(),
                                     [](const auto& connection) { return !connection.first->has_ended(); });
  if (retirement_->must_end(static_cast<std::size_t>(streams))) abandon_all();
}

// Ends all connections now, because httpd's parent or a page waits for the end of this child.
void TlsPump::abandon_all() {
  for (auto& [connection, owner] : connections_) {
    connection->abandon();
    follow(*connection);
  }
}

void TlsPump::end_all() {
  take_in();
  for (auto& [connection, owner] : connections_)
    connection->destroy_connection();
  connections_.clear();
}

} // namespace rtmpt_proxy::apache
