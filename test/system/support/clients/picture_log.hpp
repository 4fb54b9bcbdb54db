// SPDX-License-Identifier: Apache-2.0
// Which pictures of a known sample a player got, and when.
#pragma once

#include "support/clients/flv.hpp"
#include "support/clients/librtmp_client.hpp"
#include "test/support/deadline.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// The pictures of a sample, known by their coded bytes: media servers change times and tag headers.
class PictureIndex {
 public:
  explicit PictureIndex(const std::vector<FlvTag>& tags);

  std::size_t count() const { return count_; }

  // The number of the picture in the sample; where several are alike, the first behind number `after`. -1 when there is
  // none.
  int number_of(std::string_view tag, int after) const;

 private:
  std::map<std::string, std::vector<int>, std::less<>> numbers_; // ascending
  std::size_t count_ = 0;
};

// A librtmp player that notes each picture. The index must outlive it.
class WatchingPlayer {
 public:
  using Clock = std::chrono::steady_clock;
  struct Seen {
    int number = 0;
    Clock::time_point at;
  };

  WatchingPlayer(const std::string& url, std::chrono::milliseconds length, const PictureIndex& index);

  std::vector<Seen> seen() const;

  // Waits until so many pictures have come; whether they have.
  bool has_seen(std::size_t count, Deadline deadline = Deadline{}) const;

  // Empty when the pictures seen so far follow each other in the sample without a gap, up to `last` or one of the
  // `unposted` before it, and are at least `least` in number; else what is wrong with them.
  std::string complaint(int last, std::size_t least, int unposted = 0) const;

  // Waits until picture `last` has come, or the first that may be it, for kPatience at most; then as complaint().
  std::string complaint_once_seen(int last, std::size_t least, int unposted = 0) const;

  LibrtmpPlayer& player() { return player_; }

 private:
  void note(const PictureIndex& index, std::string_view tag);

  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
  LibrtmpPlayer player_;
};

} // namespace rtmpt_proxy::test
