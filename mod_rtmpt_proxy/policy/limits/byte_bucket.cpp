// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/byte_bucket.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

using std::chrono::microseconds;

namespace {

constexpr std::uint64_t kBitsPerByte = 8;
constexpr std::uint64_t kMillisecondsPerSecond = 1'000;
constexpr std::uint64_t kMicrosecondsPerSecond = 1'000'000;

} // namespace

ByteBucket::ByteBucket(std::uint32_t bits_per_second, TimePoint now)
    : bits_per_second_(bits_per_second),
      most_bits_(
          std::max(bits_per_second_ * static_cast<std::uint64_t>(kHeld.count()), kLeastHeldBytes * kBitsPerByte)),
      least_bits_(std::max(bits_per_second_ * static_cast<std::uint64_t>(kLook.count()) / kMillisecondsPerSecond,
                           kBitsPerByte)),
      bits_(most_bits_),
      filled_(now) {}

// What is less than a bit's time is not lost: it counts at the next call.
void ByteBucket::fill(TimePoint now) {
  constexpr microseconds kLongest = std::chrono::minutes(10);
  const auto passed = std::clamp(std::chrono::duration_cast<microseconds>(now - filled_), microseconds(0), kLongest);
  const std::uint64_t more = static_cast<std::uint64_t>(passed.count()) * bits_per_second_ / kMicrosecondsPerSecond;
  bits_ += more;
  filled_ += microseconds(more * kMicrosecondsPerSecond / bits_per_second_);
  if (bits_ < most_bits_) return;
  bits_ = most_bits_;
  filled_ = now;
}

std::size_t ByteBucket::room_bytes(TimePoint now) {
  fill(now);
  return bits_ < least_bits_ ? 0 : static_cast<std::size_t>(bits_ / kBitsPerByte);
}

void ByteBucket::take(std::size_t bytes) {
  bits_ -= std::min<std::uint64_t>(bits_, bytes * kBitsPerByte);
}

ByteBucket::TimePoint ByteBucket::next_look() const {
  if (bits_ >= least_bits_) return TimePoint::max();
  const std::uint64_t missing = least_bits_ - bits_;
  return filled_ + microseconds(missing * kMicrosecondsPerSecond / bits_per_second_ + 1);
}

} // namespace rtmpt_proxy::policy
