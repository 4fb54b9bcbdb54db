// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/refusal_tally.hpp>

#include <limits>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::uint32_t kTagMask = 0xffffff;
constexpr std::uint32_t kTimeMask = 0xffffff;
constexpr int kTagShift = 40;
constexpr int kTimeShift = 16;

// FNV-1a.
std::uint64_t hash_of(std::string_view address) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : address) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

std::size_t place_of(std::uint64_t hash) {
  return static_cast<std::size_t>((hash ^ (hash >> 32)) % RefusalTally::kPlaces);
}

std::uint32_t tag_of(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> kTagShift) & kTagMask;
}

std::uint32_t seconds_at(RefusalTally::TimePoint now) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count()) &
         kTimeMask;
}

struct Entry {
  std::uint32_t tag = 0;
  std::uint32_t began = 0;
  std::uint16_t tries = 0;

  explicit Entry(std::uint64_t packed)
      : tag(static_cast<std::uint32_t>(packed >> kTagShift) & kTagMask),
        began(static_cast<std::uint32_t>(packed >> kTimeShift) & kTimeMask),
        tries(static_cast<std::uint16_t>(packed)) {}

  bool counts(std::uint32_t now) const {
    return tries > 0 && ((now - began) & kTimeMask) < RefusalTally::kInterval.count();
  }
  bool counts_for(std::uint32_t other_tag, std::uint32_t now) const { return counts(now) && tag == other_tag; }
  std::uint64_t packed() const { return std::uint64_t{tag} << kTagShift | std::uint64_t{began} << kTimeShift | tries; }
};

} // namespace

// Its own place, else one that counts for nobody, else that with fewer tries.
std::size_t RefusalTally::place_for(std::uint64_t hash, TimePoint now) const {
  const std::size_t first = place_of(hash);
  const std::size_t second = first ^ 1;
  const Entry one(places_[first].load(std::memory_order_relaxed));
  const Entry other(places_[second].load(std::memory_order_relaxed));
  const std::uint32_t seconds = seconds_at(now);
  if (one.counts_for(tag_of(hash), seconds)) return first;
  if (other.counts_for(tag_of(hash), seconds)) return second;
  if (!one.counts(seconds)) return first;
  if (!other.counts(seconds)) return second;
  return one.tries <= other.tries ? first : second;
}

bool RefusalTally::is_spent(std::string_view address, TimePoint now) const {
  const std::uint64_t hash = hash_of(address);
  const Entry entry(places_[place_for(hash, now)].load(std::memory_order_relaxed));
  return entry.counts_for(tag_of(hash), seconds_at(now)) && entry.tries >= kMostTries;
}

void RefusalTally::note(std::string_view address, TimePoint now) {
  const std::uint64_t hash = hash_of(address);
  std::atomic<std::uint64_t>& place = places_[place_for(hash, now)];
  std::uint64_t before = place.load(std::memory_order_relaxed);
  for (;;) {
    Entry entry(before);
    if (!entry.counts_for(tag_of(hash), seconds_at(now))) {
      entry.tag = tag_of(hash);
      entry.began = seconds_at(now);
      entry.tries = 0;
    }
    if (entry.tries < std::numeric_limits<std::uint16_t>::max()) ++entry.tries;
    if (place.compare_exchange_weak(before, entry.packed(), std::memory_order_relaxed)) return;
  }
}

} // namespace rtmpt_proxy::policy
