// SPDX-License-Identifier: Apache-2.0
// Decides when a session polls an RTMPT server: soon after data came, later and later while nothing comes, and never
// more often than a server should have to bear.
#pragma once

#include "gateway/base/time_point.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace rtmpt_proxy::gateway {

// Pure: the caller passes the time. One object for each session.
class PollPace {
 public:
  // The time between two requests while data flows. On average media waits for half of it.
  static constexpr std::chrono::milliseconds kQuick{25};
  // During handshake and commands an answer follows each send, so the first polls after a send come sooner, as far as
  // the rate allows.
  static constexpr std::chrono::milliseconds kAfterSend{8};
  // Empty answers in a row before polls get rarer.
  static constexpr int kPatience = 4;
  // The server's polling byte bounds how rare they get: 0x21 is about half a second (rtmpt clients of Flash's time).
  static constexpr std::chrono::milliseconds kLeastSlow{100};
  static constexpr std::chrono::milliseconds kMostSlow{500};
  // How many requests may follow each other faster than kQuick after a pause. No second has more polls than 1 s /
  // kQuick plus these.
  static constexpr int kBurst = 6;

  explicit PollPace(TimePoint now) : last_request_(now), allowed_(now) {}

  // A request of any kind goes out. Its answer can carry data, as that of a poll.
  void requested(bool is_poll, TimePoint now);

  // Its answer is complete. `hint` is the server's polling byte.
  void answered(bool was_poll, bool had_data, std::optional<std::uint8_t> hint);

  // When the next poll may go out, if nothing is under way then.
  TimePoint next_poll() const;

 private:
  TimePoint last_request_;
  TimePoint allowed_; // when the next request is due if all come evenly; see next_poll()
  std::chrono::milliseconds interval_ = kAfterSend;
  std::chrono::milliseconds slowest_ = kLeastSlow;
  int empty_ = 0;
};

} // namespace rtmpt_proxy::gateway
