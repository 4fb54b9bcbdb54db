// SPDX-License-Identifier: Apache-2.0
// Decides which of httpd's retired children must end the streams that keep them alive.
//
// The state of a TLS connection cannot leave the process that made the handshake. A child that retires (graceful,
// MaxConnectionsPerChild, MaxSpareThreads) therefore lives on with its streams, and takes one of the places that
// ServerLimit gives. Without a limit such children take all places, and nobody serves pages.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rtmpt_proxy::policy {

enum class ChildUse : std::uint8_t {
  free,    // no child is in this place
  live,    // a child that takes new connections, or will soon
  retired, // a child that takes no new connections
};

// One of the places that ServerLimit gives, as every child sees it.
struct ChildPlace {
  ChildUse use = ChildUse::free;
  std::size_t idle_threads = 0;             // of a live child that accepts connections just now; else 0
  std::uint32_t streams = 0;                // that the child carries
  std::chrono::milliseconds retired_for{0}; // of a retired child
  std::chrono::milliseconds emptied_for{0}; // of a retired child without streams: since the last one ended
  bool operator==(const ChildPlace&) const = default;
};

inline constexpr std::chrono::hours kDefaultRetiredLife{24};
inline constexpr std::chrono::seconds kMinRetiredLife{1};
inline constexpr std::chrono::hours kMaxRetiredLife{24 * 30};

struct RetiredChildrenRules {
  std::size_t most = 0;                                         // how many retired children may keep streams
  std::chrono::milliseconds longest_life = kDefaultRetiredLife; // of one of them
  std::size_t fewest_idle_threads = 1; // the site needs at least this many, in all live children together
  bool operator==(const RetiredChildrenRules&) const = default;
};

// How many of `server_limit` places retired children may keep: half of them, or `configured`. At least one place stays
// for live children.
std::size_t most_retired_children(std::size_t server_limit, std::size_t configured);

// `configured` when RTMPTRetiredChildren names no number.
inline constexpr std::size_t kHalfOfServerLimit = static_cast<std::size_t>(-1);

// Whether the live children have too few idle threads for the site's pages, and no place is free for one more, nor soon
// will be.
bool pages_lack_place(std::span<const ChildPlace> places, const RetiredChildrenRules& rules);

enum class RetiredVerdict : std::uint8_t {
  live_on,
  too_many, // more retired children have streams than allowed
  no_place, // the site needs the place
  too_long, // this one has lived on for longest_life
};

// What the retired child in the place `own` must do with its streams. Every child asks for itself and sees the same
// places, so the oldest end, and no more than needed. `lacks_place`: pages_lack_place() has held for a while.
RetiredVerdict judge_retired_child(std::span<const ChildPlace> places, std::size_t own,
                                   const RetiredChildrenRules& rules, bool lacks_place);

} // namespace rtmpt_proxy::policy
