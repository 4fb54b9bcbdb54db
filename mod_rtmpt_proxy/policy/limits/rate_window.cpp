// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/rate_window.hpp>

#include <utility>

namespace rtmpt_proxy::policy {

void RateWindow::pass_slices(TimePoint now) {
  if (now - slice_begin_ >= kWindow + kSlice) {
    slices_.fill(0);
    sum_bytes_ = 0;
    slice_begin_ = now;
    return;
  }
  for (; now - slice_begin_ >= kSlice; slice_begin_ += kSlice) {
    slice_ = (slice_ + 1) % kSlices;
    sum_bytes_ -= std::exchange(slices_[slice_], 0);
  }
}

void RateWindow::note(std::size_t bytes, TimePoint now) {
  pass_slices(now);
  slices_[slice_] += bytes;
  sum_bytes_ += bytes;
}

std::uint64_t RateWindow::bits_per_second() const {
  return sum_bytes_ * 8 / static_cast<std::uint64_t>(kWindow.count());
}

} // namespace rtmpt_proxy::policy
