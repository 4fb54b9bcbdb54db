// SPDX-License-Identifier: Apache-2.0
// Follows what a media server sends, so that a message of the gateway's own can stand between whole ones.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// Gives whole messages on and keeps the rest until it is whole. Used in the loop's thread. Memory: kMaxKeptBytes, and
// the chunk reader's.
class ServerMessages {
 public:
  // A longer rest is given on: then no message can stand between any more. Commands of media servers are shorter.
  static constexpr std::size_t kMaxKeptBytes = 16u << 10;

  using Deliver = std::function<void(std::string_view bytes)>;

  // The next bytes, of the handshake first. Calls `deliver` at most once.
  void take(std::string_view bytes, const Deliver& deliver);
  // From now on everything is given on as it comes; first what was kept.
  void stop(const Deliver& deliver);

  bool is_following() const { return is_following_; }
  std::size_t kept_bytes() const { return kept_.size(); }
  // Whether the handshake is done, and everything that was given on is whole.
  bool is_between() const;

 private:
  std::size_t whole_bytes(std::string_view bytes);

  protocol::RtmpChunkReader chunks_;
  std::size_t handshake_bytes_ = 0;
  std::string kept_;
  bool is_following_ = true;
};

} // namespace rtmpt_proxy::gateway
