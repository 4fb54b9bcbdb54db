// SPDX-License-Identifier: Apache-2.0
// A publisher whose every message is a segment.
#pragma once

#include <rtmpt_proxy/protocol/media/segment_maker.hpp>

#include <vector>

namespace rtmpt_proxy::test {

struct Publishing {
  protocol::SegmentMaker maker;
  std::vector<protocol::SharedSegment> segments;

  void send(const protocol::MediaMessage& message) {
    if (const auto finished = maker.take(message)) segments.push_back(finished);
    if (const auto gathered = maker.cut()) segments.push_back(gathered);
  }
};

// The next publisher of the same stream.
inline Publishing publishing_after(const Publishing& old) {
  return {protocol::SegmentMaker(old.maker.time_line(), old.maker.next_number()), {}};
}

} // namespace rtmpt_proxy::test
