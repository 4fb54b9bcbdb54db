// SPDX-License-Identifier: Apache-2.0
// How fast one client may send (RTMPTMaxBitRate).
#pragma once

#include "gateway/base/time_point.hpp"

#include <rtmpt_proxy/policy/limits/byte_bucket.hpp>
#include <rtmpt_proxy/policy/limits/rate_window.hpp>
#include <rtmpt_proxy/protocol/messages/session_terms.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace rtmpt_proxy::gateway {

// Owned by its stream and used on its loop. Knows no clock.
class UploadCap {
 public:
  // Null when there is no limit.
  static std::unique_ptr<UploadCap> of(const protocol::SessionTerms& terms, TimePoint now);

  UploadCap(const protocol::SessionTerms& terms, TimePoint now);

  // How many bytes may go on to the backend now. The client leg keeps the others, and so the client is slowed down.
  std::size_t room_bytes(TimePoint now);
  // So many bytes went on.
  void passed(std::size_t bytes, TimePoint now);

  // When room_bytes() is worth another look, if it was 0; otherwise max().
  TimePoint next_look() const { return bucket_ ? bucket_->next_look() : TimePoint::max(); }

  // The client has sent too much, and its session is to end. False where it is slowed down instead.
  bool is_exceeded() const { return window_ && window_->is_over(); }
  // What for a log: "9100 kbit/s, the limit is 8000".
  std::string detail() const;

 private:
  const std::uint32_t bits_per_second_;
  std::optional<policy::RateWindow> window_;
  std::optional<policy::ByteBucket> bucket_;
};

} // namespace rtmpt_proxy::gateway
