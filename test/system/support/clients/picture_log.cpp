// SPDX-License-Identifier: Apache-2.0
#include "support/clients/picture_log.hpp"

#include <algorithm>

namespace rtmpt_proxy::test {

namespace {

constexpr std::size_t kVideoHeaderBytes = 5; // frame type and codec, packet type, composition time
constexpr std::size_t kTrailerBytes = 4;

std::string_view coded_bytes(std::string_view tag) {
  tag.remove_prefix(kFlvTagHeaderBytes + kVideoHeaderBytes);
  tag.remove_suffix(kTrailerBytes);
  return tag;
}

} // namespace

PictureIndex::PictureIndex(const std::vector<FlvTag>& tags) {
  for (const auto& tag : tags) {
    if (is_picture(tag.bytes)) numbers_[std::string(coded_bytes(tag.bytes))].push_back(static_cast<int>(count_++));
  }
}

int PictureIndex::number_of(std::string_view tag, int after) const {
  const auto found = numbers_.find(coded_bytes(tag));
  if (found == numbers_.end()) return -1;
  const auto number = std::upper_bound(found->second.begin(), found->second.end(), after);
  return number == found->second.end() ? -1 : *number;
}

WatchingPlayer::WatchingPlayer(const std::string& url, std::chrono::milliseconds length, const PictureIndex& index)
    : player_(url, length, [this, &index](std::string_view tag) { note(index, tag); }) {}

void WatchingPlayer::note(const PictureIndex& index, std::string_view tag) {
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  seen_.push_back({index.number_of(tag, seen_.empty() ? -1 : seen_.back().number), now});
}

std::vector<WatchingPlayer::Seen> WatchingPlayer::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

bool WatchingPlayer::has_seen(std::size_t count, Deadline deadline) const {
  return happens([&] { return seen().size() >= count; }, deadline);
}

std::string WatchingPlayer::complaint(int last, std::size_t least, int unposted) const {
  const auto all = seen();
  if (all.size() < least) return "only " + std::to_string(all.size()) + " pictures came";
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool follows = i == 0 || all[i].number == all[i - 1].number + 1;
    if (all[i].number < 0 || !follows) {
      return "picture " + std::to_string(i) + " of those that came has number " + std::to_string(all[i].number) +
             " in the sample, after " + (i == 0 ? "none" : std::to_string(all[i - 1].number));
    }
  }
  if (all.back().number <= last && all.back().number >= last - unposted) return {};
  return "the last picture that came is number " + std::to_string(all.back().number) + ", not " + std::to_string(last);
}

std::string WatchingPlayer::complaint_once_seen(int last, std::size_t least, int unposted) const {
  happens([&] {
    const auto all = seen();
    return !all.empty() && all.back().number >= last - unposted;
  });
  return complaint(last, least, unposted);
}

} // namespace rtmpt_proxy::test
