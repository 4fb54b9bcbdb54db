// SPDX-License-Identifier: Apache-2.0
#include "protocol/rtmp/message_name.hpp"
#include "protocol/rtmp/rtmp_command.hpp"

#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>
#include <rtmpt_proxy/protocol/rtmp/connect_guard.hpp>

#include <utility>

namespace rtmpt_proxy::protocol {

std::string_view to_string(ConnectFault fault) {
  switch (fault) {
  case ConnectFault::none: return "no error";
  case ConnectFault::second_connect: return "the client sent connect a second time";
  case ConnectFault::bad_chunks: return "what the client sent is no chunk stream";
  case ConnectFault::hiding: return "the client sent a message that could hide a command";
  case ConnectFault::bad_command: return "a command of the client cannot be read";
  }
  return "unknown";
}

bool ConnectGuard::feed(std::string_view bytes, PublishedMedia& media) {
  while (fault_ == ConnectFault::none && !bytes.empty()) {
    const auto [progress, consumed_bytes] = chunks_.feed(bytes);
    bytes.remove_prefix(consumed_bytes);
    if (progress == ChunkProgress::failed) fault_ = ConnectFault::bad_chunks;
    if (progress != ChunkProgress::message) break;
    media.take(chunks_);
    take_message();
  }
  return fault_ == ConnectFault::none;
}

void ConnectGuard::take_message() {
  const std::uint8_t type = chunks_.message_type();
  if (type == kAbortMessage || type == kAggregateMessage || chunks_.head_is_lost()) {
    fault_ = ConnectFault::hiding;
    return;
  }
  if (!has_name(type)) return;
  const std::string_view command = chunks_.command();
  const bool is_connect = may_have_name(type, command.empty() ? chunks_.head() : command, "connect");
  if (is_connect && std::exchange(connected_, true)) fault_ = ConnectFault::second_connect;
  if (is_connect || command.empty()) return;
  Amf0Reader reader(command_text(chunks_));
  reader.next(); // its name
  if (reader.error() != Amf0Error::none) fault_ = ConnectFault::bad_command;
}

} // namespace rtmpt_proxy::protocol
