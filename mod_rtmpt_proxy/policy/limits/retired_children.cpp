// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/retired_children.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

namespace {

// A retired child without streams is expected to end within this time. One that takes longer has something else to do,
// such as a long download, and its place cannot be counted on.
constexpr std::chrono::milliseconds kEndsWithin{1000};

bool keeps_streams(const ChildPlace& place) {
  return place.use == ChildUse::retired && place.streams != 0;
}

bool will_be_free(const ChildPlace& place) {
  return place.use == ChildUse::free ||
         (place.use == ChildUse::retired && place.streams == 0 && place.emptied_for < kEndsWithin);
}

// How many retired children with streams retired before this one. The place decides between two of the same age.
std::size_t count_older(std::span<const ChildPlace> places, std::size_t own) {
  std::size_t older = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i == own || !keeps_streams(places[i])) continue;
    const auto age = places[i].retired_for;
    if (age > places[own].retired_for || (age == places[own].retired_for && i < own)) ++older;
  }
  return older;
}

} // namespace

std::size_t most_retired_children(std::size_t server_limit, std::size_t configured) {
  if (server_limit == 0) return 0;
  return std::min(configured == kHalfOfServerLimit ? server_limit / 2 : configured, server_limit - 1);
}

bool pages_lack_place(std::span<const ChildPlace> places, const RetiredChildrenRules& rules) {
  std::size_t idle_threads = 0;
  for (const ChildPlace& place : places) {
    if (will_be_free(place)) return false;
    if (place.use == ChildUse::live) idle_threads += place.idle_threads;
  }
  return idle_threads < rules.fewest_idle_threads;
}

RetiredVerdict judge_retired_child(std::span<const ChildPlace> places, std::size_t own,
                                   const RetiredChildrenRules& rules, bool lacks_place) {
  if (own >= places.size() || !keeps_streams(places[own])) return RetiredVerdict::live_on;
  if (places[own].retired_for >= rules.longest_life) return RetiredVerdict::too_long;
  const auto count = static_cast<std::size_t>(std::count_if(places.begin(), places.end(), keeps_streams));
  const std::size_t older = count_older(places, own);
  if (count > rules.most && older < count - rules.most) return RetiredVerdict::too_many;
  if (lacks_place && older == 0) return RetiredVerdict::no_place;
  return RetiredVerdict::live_on;
}

} // namespace rtmpt_proxy::policy
