// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/server_messages.hpp"

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

using protocol::ChunkProgress;

bool ServerMessages::is_between() const {
  return is_following_ && handshake_bytes_ == protocol::kHandshakeBytes;
}

void ServerMessages::take(std::string_view bytes, const Deliver& deliver) {
  if (!is_following_) return deliver(bytes);
  const std::size_t whole = whole_bytes(bytes);
  if (is_following_ && kept_.size() + bytes.size() - whole <= kMaxKeptBytes) {
    if (whole == 0) {
      kept_ += bytes;
      return;
    }
    const std::string front = std::exchange(kept_, std::string(bytes.substr(whole)));
    return deliver(front.empty() ? bytes.substr(0, whole) : front + std::string(bytes.substr(0, whole)));
  }
  is_following_ = false;
  const std::string front = std::exchange(kept_, {});
  deliver(front.empty() ? bytes : front + std::string(bytes));
}

void ServerMessages::stop(const Deliver& deliver) {
  is_following_ = false;
  const std::string rest = std::exchange(kept_, {});
  chunks_ = {};
  if (!rest.empty()) deliver(rest);
}

// How many of these bytes stand in front of the last place where no message is under way.
std::size_t ServerMessages::whole_bytes(std::string_view bytes) {
  const std::size_t of_handshake = std::min(bytes.size(), protocol::kHandshakeBytes - handshake_bytes_);
  handshake_bytes_ += of_handshake;
  std::size_t whole = of_handshake;
  for (std::size_t at = of_handshake; at < bytes.size();) {
    const auto [progress, consumed_bytes] = chunks_.feed(bytes.substr(at));
    at += consumed_bytes;
    if (progress == ChunkProgress::failed) is_following_ = false;
    if (progress != ChunkProgress::message) break;
    bool is_under_way = false;
    chunks_.for_each_unfinished([&](const protocol::RtmpChunkReader::Unfinished&) { is_under_way = true; });
    if (!is_under_way) whole = at;
  }
  return whole;
}

} // namespace rtmpt_proxy::gateway
