// SPDX-License-Identifier: Apache-2.0
#include "protocol/client/player_commands.hpp"
#include "protocol/client/server_word.hpp"
#include "protocol/rtmp/rtmp_command.hpp"

#include <rtmpt_proxy/protocol/client/rtmp_player.hpp>
#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>
#include <rtmpt_proxy/protocol/rtmp/message_writer.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>
#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <algorithm>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::size_t kMaxRefusalBytes = 64;
constexpr double kMostMessageStream = 0xffffff;

// Data that is about the connection, and no part of the stream.
bool is_of_connection(std::string_view data) {
  const Amf0Token name = Amf0Reader(data).next();
  return name.kind == Amf0Kind::string && (name.text == "|RtmpSampleAccess" || name.text == "onStatus");
}

} // namespace

RtmpPlayer::RtmpPlayer(std::string_view random, PlayTarget target)
    : target_(std::move(target)), output_(client_handshake(random)) {}

std::string_view RtmpPlayer::error_words() const {
  switch (error_) {
  case PlayerError::none: return "no error";
  case PlayerError::handshake: return to_string(handshake_.error());
  case PlayerError::chunks: return to_string(chunks_.error());
  case PlayerError::bad_command: return "a command cannot be read";
  case PlayerError::bad_stream: return "createStream is answered without the number of a stream";
  }
  return "unknown";
}

PlayerFeedResult RtmpPlayer::feed(std::string_view bytes) {
  std::size_t consumed_bytes = 0;
  while (error_ == PlayerError::none) {
    if (parts_.next(message_)) return {PlayerProgress::media, consumed_bytes};
    const std::string_view rest = bytes.substr(consumed_bytes);
    if (rest.empty()) return {PlayerProgress::need_more, consumed_bytes};
    if (stage_ == Stage::handshake) {
      consumed_bytes += take_handshake(rest);
      continue;
    }
    const auto [progress, taken_bytes] = chunks_.feed(rest);
    consumed_bytes += taken_bytes;
    acknowledge();
    if (progress == ChunkProgress::failed) fail(PlayerError::chunks);
    if (progress != ChunkProgress::message) continue;
    const PlayerProgress done = take_message();
    if (done != PlayerProgress::need_more) return {done, consumed_bytes};
  }
  return {PlayerProgress::failed, consumed_bytes};
}

std::size_t RtmpPlayer::take_handshake(std::string_view bytes) {
  const HandshakeFeedResult fed = handshake_.feed(bytes);
  switch (fed.progress) {
  case HandshakeProgress::need_more: break;
  case HandshakeProgress::first: output_ += handshake_.take_first_part(); break;
  case HandshakeProgress::done:
    stage_ = Stage::connecting;
    output_ += player_connect(target_.app, target_.tc_url);
    break;
  case HandshakeProgress::failed: fail(PlayerError::handshake); break;
  }
  return fed.consumed_bytes;
}

void RtmpPlayer::acknowledge() {
  if (chunks_.position() < acknowledged_bytes_ + window_bytes_) return;
  acknowledged_bytes_ = chunks_.position();
  output_ += acknowledgement_message(static_cast<std::uint32_t>(acknowledged_bytes_)); // goes round after 2^32
}

PlayerProgress RtmpPlayer::take_message() {
  const std::string_view payload = chunks_.payload();
  switch (chunks_.message_type()) {
  case kAmf0CommandMessage:
  case kAmf3CommandMessage: return take_command(command_text(chunks_));
  case kAudioMessage: return take_media(MediaKind::audio, payload);
  case kVideoMessage: return take_media(MediaKind::video, payload);
  case kAmf0DataMessage: return take_media(MediaKind::data, payload);
  // What AMF3 data of known servers has behind its first byte is AMF0.
  case kAmf3DataMessage: return take_media(MediaKind::data, payload.substr(std::min<std::size_t>(payload.size(), 1)));
  case kAggregateMessage:
    if (stage_ == Stage::playing) parts_.begin(payload, chunks_.timestamp());
    break;
  case kUserControlMessage: return take_user_control(payload);
  case kWindowSizeMessage:
    if (const std::uint32_t window = ByteReader(payload).u32(); window > 0)
      window_bytes_ = std::max(window, kLeastWindowBytes);
    break;
  case kPeerBandwidthMessage:
    if (const std::uint32_t window = ByteReader(payload).u32(); window > 0) output_ += window_size_message(window);
    break;
  default: break;
  }
  return PlayerProgress::need_more;
}

PlayerProgress RtmpPlayer::take_user_control(std::string_view payload) {
  ByteReader reader(payload);
  const std::uint16_t event = reader.u16();
  const std::uint32_t value = reader.u32();
  if (!reader.ok()) return PlayerProgress::need_more;
  if (event == static_cast<std::uint16_t>(UserControl::ping)) output_ += user_control_message(UserControl::pong, value);
  const bool is_end = event == static_cast<std::uint16_t>(UserControl::stream_end);
  return is_end && stage_ == Stage::playing && value == message_stream_ ? PlayerProgress::stopped
                                                                        : PlayerProgress::need_more;
}

PlayerProgress RtmpPlayer::take_media(MediaKind kind, std::string_view payload) {
  if (stage_ != Stage::playing || (kind == MediaKind::data && is_of_connection(payload)))
    return PlayerProgress::need_more;
  message_ = {kind, chunks_.timestamp(), payload};
  return PlayerProgress::media;
}

PlayerProgress RtmpPlayer::take_command(std::string_view text) {
  const ServerWord word = read_server_word(text);
  switch (word.kind) {
  case ServerWordKind::unreadable: return fail(PlayerError::bad_command);
  case ServerWordKind::other: break;
  case ServerWordKind::result:
  case ServerWordKind::error: return take_answer(word);
  case ServerWordKind::status: return take_status(word);
  }
  return PlayerProgress::need_more;
}

PlayerProgress RtmpPlayer::take_answer(const ServerWord& word) {
  const double expected = stage_ == Stage::connecting ? kConnectTransaction
                          : stage_ == Stage::creating ? kCreateStreamTransaction
                                                      : kPlayTransaction;
  if (word.transaction_id != expected) return PlayerProgress::need_more;
  if (word.is_error()) return refuse(word);
  if (stage_ == Stage::connecting) {
    stage_ = Stage::creating;
    output_ += player_create_stream();
    return PlayerProgress::need_more;
  }
  if (stage_ == Stage::playing) return PlayerProgress::need_more;
  const double stream = word.number.value_or(0);
  if (!(stream >= 1 && stream <= kMostMessageStream)) return fail(PlayerError::bad_stream);
  message_stream_ = static_cast<std::uint32_t>(stream);
  stage_ = Stage::playing;
  chunks_.set_payload_limit(kMaxMediaBytes);
  output_ += player_play(target_.stream_name, message_stream_);
  return PlayerProgress::need_more;
}

PlayerProgress RtmpPlayer::take_status(const ServerWord& word) {
  const PlayState state = play_state_of(word);
  if (state == PlayState::refused) return refuse(word);
  if (stage_ != Stage::playing) return PlayerProgress::need_more;
  switch (state) {
  case PlayState::begins: return begin();
  case PlayState::ends: return PlayerProgress::stopped;
  case PlayState::missing: return PlayerProgress::missing;
  case PlayState::refused:
  case PlayState::other: break;
  }
  return PlayerProgress::need_more;
}

PlayerProgress RtmpPlayer::begin() {
  return std::exchange(has_started_, true) ? PlayerProgress::need_more : PlayerProgress::started;
}

PlayerProgress RtmpPlayer::refuse(const ServerWord& word) {
  refusal_ = escape_for_log(word.code, kMaxRefusalBytes);
  return PlayerProgress::refused;
}

PlayerProgress RtmpPlayer::fail(PlayerError error) {
  if (error_ == PlayerError::none) error_ = error;
  return PlayerProgress::failed;
}

} // namespace rtmpt_proxy::protocol
