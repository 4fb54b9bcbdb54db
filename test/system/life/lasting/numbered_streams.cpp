// SPDX-License-Identifier: Apache-2.0
#include "life/lasting/numbered_streams.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>

namespace rtmpt_proxy::test {

namespace {

// In front of both numbers, which have so many digits each. All of it fits into one chunk of RTMP.
constexpr std::string_view kMark = "<number>";
constexpr std::size_t kDigits = 10;
constexpr std::size_t kPictureBytes = kMark.size() + 2 * kDigits;

std::string digits_of(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(kDigits - digits.size(), '0') + digits;
}

std::uint64_t next_publisher() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

} // namespace

void PictureNumbers::feed(std::string_view bytes) {
  unread_ += bytes;
  std::size_t at = 0;
  for (; (at = unread_.find(kMark, at)) != std::string::npos; at += kPictureBytes) {
    if (unread_.size() - at < kPictureBytes) break;
    const std::size_t first = at + kMark.size();
    take(std::stoull(unread_.substr(first, kDigits)), std::stoull(unread_.substr(first + kDigits, kDigits)));
  }
  if (at == std::string::npos) at = unread_.size() - std::min(unread_.size(), kMark.size() - 1);
  unread_.erase(0, at);
}

void PictureNumbers::take(std::uint64_t publisher, std::uint64_t number) {
  if (publisher_ == publisher && number != last_ + 1)
    throw std::runtime_error("picture " + std::to_string(number) + " came behind picture " + std::to_string(last_));
  publisher_ = publisher;
  last_ = number;
  ++pictures_;
}

NumberedPublisher::NumberedPublisher(const Endpoint& endpoint, const std::string& app, const std::string& name)
    : publisher_(endpoint, app, name), own_number_(next_publisher()) {
  publisher_.send_media(640, 360, 25);
}

void NumberedPublisher::turn() {
  publisher_.send_picture(std::string(kMark) + digits_of(own_number_) + digits_of(number_++));
}

NumberedPlayer::NumberedPlayer(const Endpoint& endpoint, const std::string& app, const std::string& name)
    : viewer_(endpoint, app, name) {
  numbers_.feed(viewer_.heard());
}

void NumberedPlayer::turn() {
  const std::uint64_t before = numbers_.pictures();
  while (numbers_.pictures() == before)
    numbers_.feed(viewer_.receive());
}

NumberedWatcher::NumberedWatcher(const Endpoint& endpoint, const std::string& request)
    : viewer_(endpoint, request, [this](std::string_view tag) { numbers_.feed(tag); }) {
  if (viewer_.status() != 200 && viewer_.status() != 101) throw std::runtime_error("refused: " + viewer_.head());
}

void NumberedWatcher::turn() {
  if (!viewer_.sees(viewer_.pictures() + 1)) throw std::runtime_error("the stream has ended");
}

} // namespace rtmpt_proxy::test
