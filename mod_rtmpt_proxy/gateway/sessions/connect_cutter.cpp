// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/connect_cutter.hpp"

#include <rtmpt_proxy/protocol/rtmp/connect_query.hpp>

#include <algorithm>

namespace rtmpt_proxy::gateway {

namespace {

std::string copy_of(const Pieces& pieces, std::size_t count) {
  const Pieces front = front_of(pieces, count);
  return std::string(front[0]).append(front[1]);
}

} // namespace

void ConnectCutter::expect(std::uint64_t begin, std::uint64_t end, std::uint32_t chunk_size_bytes) {
  begin_ = begin;
  end_ = end;
  chunk_size_bytes_ = chunk_size_bytes;
}

// A connect whose query cannot be taken out does not go on: no media server sees a login.
std::size_t ConnectCutter::write(const Pieces& bytes, std::size_t count, std::uint64_t position, BackendLeg& backend) {
  if (position >= end_ || begin_ == end_) return backend.write(front_of(bytes, count));
  if (position < begin_)
    return backend.write(front_of(bytes, static_cast<std::size_t>(std::min<std::uint64_t>(count, begin_ - position))));
  if (connect_.empty()) {
    if (has_failed_ || count < end_ - begin_) return 0; // it may pass whole
    connect_ = copy_of(bytes, static_cast<std::size_t>(end_ - begin_));
    if (!protocol::take_query_out(connect_, chunk_size_bytes_)) {
      connect_ = {};
      has_failed_ = true;
      return 0;
    }
  }
  const std::size_t written =
      backend.write({std::string_view(connect_).substr(static_cast<std::size_t>(position - begin_)), {}});
  if (position + written == end_) {
    connect_ = {};
    end_ = begin_;
  }
  return written;
}

} // namespace rtmpt_proxy::gateway
