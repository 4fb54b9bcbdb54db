// SPDX-License-Identifier: Apache-2.0
#include "module/retirement/stream_places.hpp"

#include "module/core/connection_notes.hpp"
#include "module/core/mpm_facts.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::size_t kDefaultFactor = 2; // AsyncRequestWorkerFactor

// The MPM has no query for it, so the configuration is searched. The directive stands in no section, because only the
// main server may have it.
std::size_t async_factor() {
  std::size_t factor = kDefaultFactor;
  for (const ap_directive_t* line = ap_conftree; line; line = line->next)
    if (ap_cstr_casecmp(line->directive, "AsyncRequestWorkerFactor") == 0)
      factor = static_cast<std::size_t>(std::max(0.0, std::atof(line->args))); // the MPM drops the fraction too
  return factor;
}

} // namespace

policy::StreamRoom room_of_mpm() {
  policy::StreamRoom room;
  room.children = mpm_number(AP_MPMQ_MAX_DAEMONS);
  room.threads_per_child = threads_per_child();
  room.each_keeps_thread = !mpm_is_asynchronous();
  room.connections_per_child = room.threads_per_child * (1 + (room.each_keeps_thread ? 0 : async_factor()));
  return room;
}

void StreamPlaces::start() {
  board_ = ChildBoard::find();
  room_ = room_of_mpm();
}

bool StreamPlaces::take(conn_rec* c) {
  if (!connection_notes(c).counts_as_stream && board_ && taken() >= most()) return false;
  count(c);
  return true;
}

bool StreamPlaces::take_undecided(conn_rec* c) {
  if (!connection_notes(c).counts_as_stream && board_ && taken() >= most_undecided()) return false;
  return take(c);
}

void StreamPlaces::count(conn_rec* c) {
  ConnectionNotes& tunnel = connection_notes(c);
  if (std::exchange(tunnel.counts_as_stream, true)) return;
  change(+1);
  apr_pool_cleanup_register(c->pool, this, give_back, apr_pool_cleanup_null);
}

apr_status_t StreamPlaces::give_back(void* places) {
  static_cast<StreamPlaces*>(places)->change(-1);
  return APR_SUCCESS;
}

// When the child has retired, Retirement notes the number of streams instead.
void StreamPlaces::change(int by) {
  const std::lock_guard<std::mutex> lock(mutex_);
  own_ += static_cast<std::uint32_t>(by);
  if (!entry_) entry_ = board_.own_entry();
  if (entry_ && entry_->retired_at.load() == 0) entry_->streams.store(own_);
}

std::uint32_t StreamPlaces::own() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return own_;
}

// A retired child can take the place of a live one.
std::size_t StreamPlaces::most() const {
  std::size_t ignored = 0;
  const std::vector<policy::ChildPlace> places = board_.places(nullptr, ignored);
  const auto retired = static_cast<std::size_t>(std::count_if(
      places.begin(), places.end(), [](const auto& place) { return place.use == policy::ChildUse::retired; }));
  policy::StreamRoom room = room_;
  room.children = std::max<std::size_t>(1, std::min(room.children, places.size() - retired));
  return policy::most_streams(room);
}

std::size_t StreamPlaces::most_undecided() const {
  constexpr std::size_t kShareOfOthers = 4;
  const std::size_t all = most();
  return all - all / kShareOfOthers;
}

std::size_t StreamPlaces::taken() const {
  std::size_t ignored = 0;
  std::size_t streams = 0;
  for (const policy::ChildPlace& place : board_.places(nullptr, ignored))
    if (place.use == policy::ChildUse::live) streams += place.streams;
  return streams;
}

} // namespace rtmpt_proxy::apache
