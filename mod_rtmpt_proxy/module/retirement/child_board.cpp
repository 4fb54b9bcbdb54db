// SPDX-License-Identifier: Apache-2.0
#include "module/retirement/child_board.hpp"

#include "module/core/mpm_facts.hpp"

#include <algorithm>
#include <chrono>
#include <new>

#include <sys/mman.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

using std::chrono::milliseconds;

constexpr const char* kBoardKey = "rtmpt_proxy_children_1"; // another layout needs another key

static_assert(std::atomic<std::int64_t>::is_always_lock_free, "children share it");

// Kept by httpd while it unloads the module and loads it again: plain data.
struct RetainedBoard {
  ChildBoardHead* head; // shared memory; the entries follow
  std::size_t count;
};

constexpr std::size_t kHeadBytes = 64; // a cache line of its own, so that entries are aligned

ChildEntry* entries_of(ChildBoardHead* head) {
  return std::launder(reinterpret_cast<ChildEntry*>(reinterpret_cast<char*>(head) + kHeadBytes));
}

RetainedBoard* find_retained_board() {
  return static_cast<RetainedBoard*>(ap_retained_data_get(kBoardKey));
}

std::size_t idle_threads_of(std::size_t index) {
  const worker_score* const threads = ap_scoreboard_image->servers[index];
  return static_cast<std::size_t>(std::count_if(threads, threads + threads_per_child(), [](const worker_score& thread) {
    return thread.status == SERVER_READY || thread.status == SERVER_STARTING;
  }));
}

bool takes_connections(const process_score& place) {
  return !place.quiescing && place.generation == ap_scoreboard_image->global->running_generation;
}

} // namespace

std::int64_t now_milliseconds() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// ServerLimit stays what it was when httpd started, and so does the size.
bool make_child_board() {
  if (find_retained_board()) return true;
  const std::size_t count = mpm_number(AP_MPMQ_HARD_LIMIT_DAEMONS);
  void* const memory = ::mmap(nullptr, kHeadBytes + count * sizeof(ChildEntry), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0); // zeros
  if (memory == MAP_FAILED) return false;
  auto* const retained = static_cast<RetainedBoard*>(ap_retained_data_create(kBoardKey, sizeof(RetainedBoard)));
  retained->head = new (memory) ChildBoardHead{};
  new (static_cast<char*>(memory) + kHeadBytes) ChildEntry[count];
  retained->count = count;
  return true;
}

void note_graceful_stop(std::int64_t until) {
  if (const RetainedBoard* const retained = find_retained_board()) retained->head->graceful_stop_until.store(until);
}

std::int64_t graceful_stop_until() {
  const RetainedBoard* const retained = find_retained_board();
  return retained ? retained->head->graceful_stop_until.load() : 0;
}

ChildBoard ChildBoard::find() {
  ChildBoard board;
  if (const RetainedBoard* const retained = find_retained_board()) {
    board.entries_ = entries_of(retained->head);
    board.count_ = retained->count;
  }
  return board;
}

ChildEntry* ChildBoard::own_entry() const {
  if (!ap_scoreboard_image) return nullptr;
  const pid_t own = ::getpid();
  for (std::size_t i = 0; i < count_; ++i) {
    if (ap_scoreboard_image->parent[i].pid != own) continue;
    ChildEntry& entry = entries_[i];
    if (entry.pid.load() != own) {
      entry.streams.store(0);
      entry.retired_at.store(0);
      entry.emptied_at.store(0);
      entry.pid.store(own);
    }
    return &entry;
  }
  return nullptr;
}

policy::ChildPlace ChildBoard::place_at(std::size_t index, std::int64_t now) const {
  const process_score& score = ap_scoreboard_image->parent[index];
  const ChildEntry& entry = entries_[index];
  policy::ChildPlace place;
  if (score.pid == 0) return place;
  const bool speaks = entry.pid.load() == score.pid;
  const std::int64_t retired_at = speaks ? entry.retired_at.load() : 0;
  place.streams = speaks ? entry.streams.load() : 0;
  if (retired_at == 0 && takes_connections(score)) {
    place.use = policy::ChildUse::live;
    if (!score.not_accepting) place.idle_threads = idle_threads_of(index);
    return place;
  }
  // A child that has not noted its retirement yet is about to do so.
  place.use = policy::ChildUse::retired;
  if (retired_at == 0) return place;
  const std::int64_t emptied_at = entry.emptied_at.load();
  place.retired_for = milliseconds(std::max<std::int64_t>(0, now - retired_at));
  place.emptied_for = milliseconds(std::max<std::int64_t>(0, now - (emptied_at ? emptied_at : retired_at)));
  return place;
}

std::vector<policy::ChildPlace> ChildBoard::places(const ChildEntry* entry, std::size_t& own) const {
  own = entry ? static_cast<std::size_t>(entry - entries_) : count_;
  std::vector<policy::ChildPlace> places;
  places.reserve(count_);
  const std::int64_t now = now_milliseconds();
  for (std::size_t i = 0; i < count_; ++i)
    places.push_back(place_at(i, now));
  return places;
}

} // namespace rtmpt_proxy::apache
