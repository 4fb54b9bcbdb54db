// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/ban_list.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::policy {

void BanList::forget_ended(TimePoint now) {
  std::erase_if(bans_, [now](const Ban& ban) { return ban.until <= now; });
}

BanList::Added BanList::add(BanSubject subject, TimePoint until, TimePoint now) {
  forget_ended(now);
  const auto same = std::find_if(bans_.begin(), bans_.end(), [&subject](const Ban& ban) {
    const BanSubject& other = ban.subject;
    const bool same_stream = subject.stream.empty() || other.stream.empty() || other.stream == subject.stream;
    return other.vhost == subject.vhost && other.address == subject.address && same_stream;
  });
  if (same != bans_.end()) {
    same->until = std::max(same->until, until);
    if (!subject.stream.empty()) same->subject = std::move(subject);
    return {same->number, false};
  }
  const bool is_full = bans_.size() >= kMostBans;
  if (is_full)
    bans_.erase(std::min_element(bans_.begin(), bans_.end(),
                                 [](const Ban& one, const Ban& other) { return one.until < other.until; }));
  bans_.push_back({++last_number_, std::move(subject), until, 0});
  return {last_number_, is_full};
}

std::size_t BanList::lift(std::uint64_t number, TimePoint now) {
  forget_ended(now);
  return std::erase_if(bans_, [number](const Ban& ban) { return number == 0 || ban.number == number; });
}

bool BanList::refuses_client(std::string_view vhost, std::string_view address, TimePoint now) {
  forget_ended(now);
  const auto found = std::find_if(bans_.begin(), bans_.end(), [&](const Ban& ban) {
    return ban.subject.vhost == vhost && ban.subject.address == address;
  });
  if (found == bans_.end()) return false;
  ++found->refusals;
  return true;
}

bool BanList::refuses_stream(std::string_view vhost, std::string_view stream, TimePoint now) {
  if (stream.empty()) return false;
  forget_ended(now);
  const auto found = std::find_if(bans_.begin(), bans_.end(), [&](const Ban& ban) {
    return ban.subject.vhost == vhost && ban.subject.stream == stream;
  });
  if (found == bans_.end()) return false;
  ++found->refusals;
  return true;
}

const std::vector<Ban>& BanList::bans(TimePoint now) {
  forget_ended(now);
  return bans_;
}

} // namespace rtmpt_proxy::policy
