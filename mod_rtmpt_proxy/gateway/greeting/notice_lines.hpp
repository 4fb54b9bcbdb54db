// SPDX-License-Identifier: Apache-2.0
// The notices of a loop that wait to be told to httpd, in a line for each virtual host, so that one whose URL does not
// answer neither fills the queue nor takes the turns of the others.
#pragma once

#include "gateway/base/time_point.hpp"

#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

struct Notice {
  protocol::SessionName session;
  protocol::VhostKey vhost;
  std::string text;         // preamble and request
  std::size_t attempts = 0; // that have failed
  TimePoint not_before = TimePoint::min();
};

// Of one virtual host one notice is under way at a time, of all together kMostUnderWay. Virtual hosts take turns.
//
// Memory: kMostWaiting notices. Knows neither sockets nor a clock. Not thread-safe.
class NoticeLines {
 public:
  static constexpr std::size_t kMostWaiting = 256;
  static constexpr std::size_t kMostUnderWay = 2;

  // Lets the notice wait. When kMostWaiting do already, one of the virtual host with most of them is lost, that which
  // would be tried last: it is returned. This may be the new one.
  std::optional<Notice> add(Notice notice);

  // The notice that is under way from now on: the first one that may be tried of the virtual host in turn. None when
  // there is no such one, or kMostUnderWay are under way.
  std::optional<Notice> take(TimePoint now);

  // The notice of that virtual host is not under way any more; it waits no more either.
  void finish(const protocol::VhostKey& vhost);

  // When take() gives the next one, if none is added and none finished before; TimePoint::max(): never.
  TimePoint next_time() const;

  std::size_t waiting() const { return waiting_; }

 private:
  struct Line {
    protocol::VhostKey vhost;
    std::vector<Notice> notices;
    bool is_under_way = false;
  };
  using Lines = std::list<Line>;

  Lines::iterator line_of(const protocol::VhostKey& vhost);
  void end_if_empty(Lines::iterator line);

  Lines lines_; // the next virtual host in turn at the front; none is empty and not under way
  std::size_t waiting_ = 0;
  std::size_t under_way_ = 0;
};

} // namespace rtmpt_proxy::gateway
