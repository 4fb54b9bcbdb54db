// SPDX-License-Identifier: Apache-2.0
#include "gateway/greeting/notice_lines.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

bool is_sooner(const Notice& one, const Notice& other) {
  return one.not_before < other.not_before;
}

} // namespace

NoticeLines::Lines::iterator NoticeLines::line_of(const protocol::VhostKey& vhost) {
  return std::find_if(lines_.begin(), lines_.end(), [&vhost](const Line& line) { return line.vhost == vhost; });
}

void NoticeLines::end_if_empty(Lines::iterator line) {
  if (line->notices.empty() && !line->is_under_way) lines_.erase(line);
}

std::optional<Notice> NoticeLines::add(Notice notice) {
  auto line = line_of(notice.vhost);
  if (line == lines_.end()) line = lines_.insert(lines_.end(), Line{notice.vhost, {}, false});
  line->notices.push_back(std::move(notice));
  if (++waiting_ <= kMostWaiting) return std::nullopt;
  auto longest = std::max_element(lines_.begin(), lines_.end(), [](const Line& one, const Line& other) {
    return one.notices.size() < other.notices.size();
  });
  if (longest->notices.size() == line->notices.size()) longest = line;
  // Of several that may be tried at once the newest.
  const auto last = std::max_element(longest->notices.rbegin(), longest->notices.rend(), is_sooner);
  Notice lost = std::move(*last);
  longest->notices.erase(std::next(last).base());
  --waiting_;
  end_if_empty(longest);
  return lost;
}

std::optional<Notice> NoticeLines::take(TimePoint now) {
  if (under_way_ == kMostUnderWay) return std::nullopt;
  for (auto line = lines_.begin(); line != lines_.end(); ++line) {
    if (line->is_under_way) continue;
    const auto next = std::min_element(line->notices.begin(), line->notices.end(), is_sooner);
    if (next->not_before > now) continue;
    Notice notice = std::move(*next);
    line->notices.erase(next);
    --waiting_;
    ++under_way_;
    line->is_under_way = true;
    lines_.splice(lines_.end(), lines_, line);
    return notice;
  }
  return std::nullopt;
}

void NoticeLines::finish(const protocol::VhostKey& vhost) {
  const auto line = line_of(vhost);
  if (line == lines_.end() || !std::exchange(line->is_under_way, false)) return;
  --under_way_;
  end_if_empty(line);
}

TimePoint NoticeLines::next_time() const {
  TimePoint next = TimePoint::max();
  if (under_way_ == kMostUnderWay) return next;
  for (const Line& line : lines_)
    if (!line.is_under_way)
      next = std::min(next, std::min_element(line.notices.begin(), line.notices.end(), is_sooner)->not_before);
  return next;
}

} // namespace rtmpt_proxy::gateway
