// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/ban_book.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

policy::BanList::Added BanBook::add(policy::BanSubject subject, std::chrono::milliseconds time, TimePoint now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  has_any_ = true;
  return list_.add(std::move(subject), now + time, now);
}

std::size_t BanBook::lift(std::uint64_t number, TimePoint now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::size_t lifted = list_.lift(number, now);
  has_any_ = !list_.bans(now).empty();
  return lifted;
}

bool BanBook::refuses_client(std::string_view vhost, std::string_view address, TimePoint now) {
  if (!has_any_) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  return list_.refuses_client(vhost, address, now);
}

bool BanBook::refuses_stream(std::string_view vhost, std::string_view stream, TimePoint now) {
  if (!has_any_) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  return list_.refuses_stream(vhost, stream, now);
}

bool BanBook::has_streams(std::string_view vhost, TimePoint now) {
  if (!has_any_) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::vector<policy::Ban>& bans = list_.bans(now);
  has_any_ = !bans.empty();
  return std::any_of(bans.begin(), bans.end(), [vhost](const policy::Ban& ban) {
    return ban.subject.vhost == vhost && !ban.subject.stream.empty();
  });
}

std::vector<policy::Ban> BanBook::bans(TimePoint now) {
  if (!has_any_) return {};
  const std::lock_guard<std::mutex> lock(mutex_);
  return list_.bans(now);
}

} // namespace rtmpt_proxy::gateway
