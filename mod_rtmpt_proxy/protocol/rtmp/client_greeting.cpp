// SPDX-License-Identifier: Apache-2.0
#include "protocol/rtmp/rtmp_command.hpp"

#include <rtmpt_proxy/protocol/rtmp/client_greeting.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <tuple>
#include <utility>

namespace rtmpt_proxy::protocol {

std::string_view to_string(GreetingError error) {
  switch (error) {
  case GreetingError::none: return "no error";
  case GreetingError::not_rtmp: return "the first byte is no version of RTMP";
  case GreetingError::encrypted: return "the handshake is encrypted (RTMPE)";
  case GreetingError::bad_chunks: return "what follows the handshake is no chunk stream";
  case GreetingError::bad_command: return "a command cannot be read";
  case GreetingError::no_connect: return "another message comes before connect";
  case GreetingError::connect_too_far: return "no connect within 64 KiB";
  }
  return "unknown";
}

bool ConnectRequest::operator==(const ConnectRequest& other) const {
  const auto sent = [](const ConnectRequest& one) {
    return std::tuple(std::bit_cast<std::uint64_t>(one.transaction_id),
                      std::tie(one.app, one.tc_url, one.flash_version, one.swf_url, one.page_url), one.is_cut,
                      one.is_publisher);
  };
  return sent(*this) == sent(other);
}

std::size_t ClientGreeting::room_bytes() const {
  switch (state_) {
  case GreetingState::handshake: return kHandshakeBytes;
  case GreetingState::failed: return 0;
  case GreetingState::commands:
  case GreetingState::connected: break;
  }
  return kMaxGreetingBytes - kept_.size();
}

std::size_t ClientGreeting::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (state_ == GreetingState::handshake && taken < bytes.size())
    taken += take_handshake(bytes.substr(taken));
  if (state_ == GreetingState::failed || state_ == GreetingState::handshake) return taken;
  const std::string_view piece = bytes.substr(taken).substr(0, room_bytes());
  kept_ += piece;
  if (state_ == GreetingState::commands) take_commands(piece);
  return taken + piece.size();
}

std::size_t ClientGreeting::take_handshake(std::string_view bytes) {
  const HandshakeFeedResult result = handshake_.feed(bytes);
  switch (result.progress) {
  case HandshakeProgress::need_more: break;
  case HandshakeProgress::first: c1_ = handshake_.take_first_part(); break;
  case HandshakeProgress::done: state_ = GreetingState::commands; break;
  case HandshakeProgress::failed:
    fail(handshake_.error() == HandshakeError::encrypted ? GreetingError::encrypted : GreetingError::not_rtmp);
    break;
  }
  return result.consumed_bytes;
}

void ClientGreeting::take_commands(std::string_view bytes) {
  while (state_ == GreetingState::commands && !bytes.empty()) {
    const auto [progress, consumed_bytes] = chunks_.feed(bytes);
    if (progress == ChunkProgress::failed) return fail(GreetingError::bad_chunks);
    bytes.remove_prefix(consumed_bytes);
    if (progress == ChunkProgress::need_more) break;
    take_message();
  }
  if (state_ == GreetingState::commands && room_bytes() == 0) fail(GreetingError::connect_too_far);
}

// Before connect a client may say how it cuts and counts its bytes. Anything else could be a connect for a media server
// and none here: servers differ in the types and names of messages that they take for commands, and in what Abort does.
void ClientGreeting::take_message() {
  switch (chunks_.message_type()) {
  case kSetChunkSizeMessage:
  case kAcknowledgementMessage:
  case kUserControlMessage:
  case kWindowSizeMessage:
  case kPeerBandwidthMessage: return;
  default: break;
  }
  const std::string_view text = command_text(chunks_);
  const RtmpCommand command = read_rtmp_command(text);
  const bool is_prefixed = !chunks_.is_amf3_command() || chunks_.command().front() == '\0';
  if (text.empty() || !is_prefixed) return fail(GreetingError::no_connect);
  if (command.kind != RtmpCommandKind::connect)
    return fail(command.error != Amf0Error::none ? GreetingError::bad_command : GreetingError::no_connect);
  if (!command.has_whole_object || command.is_unclear) return fail(GreetingError::bad_command);
  connect_ = {command.transaction_id,
              std::string(command.app),
              std::string(command.tc_url),
              std::string(command.flash_version),
              command.is_cut,
              command.is_publisher,
              std::string(command.swf_url),
              std::string(command.page_url)};
  chunks_ = {};
  state_ = GreetingState::connected;
}

void ClientGreeting::fail(GreetingError error) {
  error_ = error;
  state_ = GreetingState::failed;
  chunks_ = {};
  kept_ = {};
}

} // namespace rtmpt_proxy::protocol
