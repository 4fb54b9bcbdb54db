// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/upload_cap.hpp"

#include <limits>

namespace rtmpt_proxy::gateway {

namespace {

constexpr std::uint64_t kBitsPerKilobit = 1000;

} // namespace

std::unique_ptr<UploadCap> UploadCap::of(const protocol::SessionTerms& terms, TimePoint now) {
  return terms.max_bits_per_second == 0 ? nullptr : std::make_unique<UploadCap>(terms, now);
}

UploadCap::UploadCap(const protocol::SessionTerms& terms, TimePoint now) : bits_per_second_(terms.max_bits_per_second) {
  if (terms.throttles_bit_rate)
    bucket_.emplace(bits_per_second_, now);
  else
    window_.emplace(bits_per_second_, now);
}

std::size_t UploadCap::room_bytes(TimePoint now) {
  return bucket_ ? bucket_->room_bytes(now) : std::numeric_limits<std::size_t>::max();
}

void UploadCap::passed(std::size_t bytes, TimePoint now) {
  if (bucket_) bucket_->take(bytes);
  if (window_) window_->note(bytes, now);
}

std::string UploadCap::detail() const {
  const std::uint64_t now = window_ ? window_->bits_per_second() : 0;
  return std::to_string(now / kBitsPerKilobit) + " kbit/s, the limit is " +
         std::to_string(bits_per_second_ / kBitsPerKilobit);
}

} // namespace rtmpt_proxy::gateway
