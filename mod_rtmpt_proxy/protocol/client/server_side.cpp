// SPDX-License-Identifier: Apache-2.0
#include "protocol/client/server_word.hpp"
#include "protocol/rtmp/rtmp_command.hpp"

#include <rtmpt_proxy/protocol/client/server_side.hpp>
#include <rtmpt_proxy/protocol/media/segment.hpp>

#include <algorithm>

namespace rtmpt_proxy::protocol {

bool ServerSide::is_between_messages() const {
  if (handshake_left_bytes_ > 0 || has_failed() || chunks_.header_begin() != chunks_.position()) return false;
  bool is_between = true;
  chunks_.for_each_unfinished([&is_between](const RtmpChunkReader::Unfinished&) { is_between = false; });
  return is_between;
}

std::size_t ServerSide::feed(std::string_view bytes, bool stops) {
  std::size_t followed = std::min(handshake_left_bytes_, bytes.size());
  handshake_left_bytes_ -= followed;
  while (followed < bytes.size() && !has_failed()) {
    if (stops && is_between_messages()) return followed;
    const auto [progress, consumed_bytes] = chunks_.feed(bytes.substr(followed));
    followed += consumed_bytes;
    if (progress == ChunkProgress::message) take_message();
  }
  return has_failed() ? bytes.size() : followed;
}

void ServerSide::take_message() {
  const std::string_view command = command_text(chunks_);
  if (command.empty()) return;
  const ServerWord word = read_server_word(command);
  if (word.kind == ServerWordKind::result && word.number == double{kViewersMessageStream}) has_given_stream_ = true;
}

} // namespace rtmpt_proxy::protocol
