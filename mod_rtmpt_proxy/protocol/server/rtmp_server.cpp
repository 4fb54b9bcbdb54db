// SPDX-License-Identifier: Apache-2.0
#include "protocol/rtmp/rtmp_command.hpp"
#include "protocol/server/client_command.hpp"
#include "protocol/server/server_answers.hpp"

#include <rtmpt_proxy/protocol/media/segment.hpp>
#include <rtmpt_proxy/protocol/rtmp/message_writer.hpp>
#include <rtmpt_proxy/protocol/server/rtmp_server.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <algorithm>

namespace rtmpt_proxy::protocol {

namespace {

std::string_view without_query(std::string_view text) {
  return text.substr(0, text.find('?'));
}

std::string_view without_slashes(std::string_view text) {
  while (text.starts_with('/'))
    text.remove_prefix(1);
  while (text.ends_with('/'))
    text.remove_suffix(1);
  return text;
}

// No name that a person can mean has control characters.
bool is_clean(std::string_view path) {
  return std::none_of(path.begin(), path.end(), [](char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return value < 0x20 || value == 0x7f;
  });
}

} // namespace

std::string_view RtmpServer::error_words() const {
  switch (error_) {
  case ServerError::none: return "no error";
  case ServerError::handshake: return to_string(handshake_.error());
  case ServerError::chunks: return to_string(chunks_.error());
  case ServerError::bad_command: return "a command cannot be read";
  case ServerError::no_connect: return "another message comes before connect";
  case ServerError::connect_again: return "connect comes again";
  case ServerError::stream_again: return "a second stream is asked for before the first has ended";
  case ServerError::bad_name: return "the name of the stream is empty, too long, or has control characters";
  }
  return "unknown";
}

ServerFeedResult RtmpServer::feed(std::string_view bytes) {
  std::size_t consumed_bytes = 0;
  while (error_ == ServerError::none) {
    if (parts_.next(message_)) return {ServerProgress::media, consumed_bytes};
    const std::string_view rest = bytes.substr(consumed_bytes);
    if (rest.empty()) return {ServerProgress::need_more, consumed_bytes};
    if (stage_ == Stage::handshake) {
      consumed_bytes += take_handshake(rest);
      continue;
    }
    const auto [progress, taken_bytes] = chunks_.feed(rest);
    consumed_bytes += taken_bytes;
    acknowledge();
    if (progress == ChunkProgress::failed) fail(ServerError::chunks);
    if (progress != ChunkProgress::message) continue;
    const ServerProgress done = take_message();
    if (done != ServerProgress::need_more) return {done, consumed_bytes};
  }
  return {ServerProgress::failed, consumed_bytes};
}

std::uint64_t RtmpServer::whole_bytes() const {
  std::uint64_t begin = chunks_.header_begin();
  chunks_.for_each_unfinished(
      [&begin](const RtmpChunkReader::Unfinished& message) { begin = std::min(begin, message.begin); });
  return handshake_bytes_ + begin;
}

std::optional<std::uint64_t> RtmpServer::bytes_before_command() const {
  if (whole_bytes() != handshake_bytes_ + chunks_.position()) return std::nullopt;
  return handshake_bytes_ + chunks_.message_begin();
}

std::size_t RtmpServer::take_handshake(std::string_view bytes) {
  const HandshakeFeedResult fed = handshake_.feed(bytes);
  handshake_bytes_ += fed.consumed_bytes;
  switch (fed.progress) {
  case HandshakeProgress::need_more: break;
  case HandshakeProgress::first:
    output_ += server_handshake(handshake_.take_first_part(), random_, digest_);
    std::string().swap(random_);
    break;
  case HandshakeProgress::done: stage_ = Stage::commands; break;
  case HandshakeProgress::failed: fail(ServerError::handshake); break;
  }
  return fed.consumed_bytes;
}

void RtmpServer::acknowledge() {
  if (chunks_.position() < acknowledged_bytes_ + window_bytes_) return;
  acknowledged_bytes_ = chunks_.position();
  if (stage_ == Stage::connected)
    output_ += acknowledgement_message(static_cast<std::uint32_t>(acknowledged_bytes_)); // goes round after 2^32
}

ServerProgress RtmpServer::take_message() {
  switch (chunks_.message_type()) {
  case kAmf0CommandMessage:
  case kAmf3CommandMessage: return take_command(command_text(chunks_));
  case kAudioMessage: return take_media(MediaKind::audio, chunks_.payload());
  case kVideoMessage: return take_media(MediaKind::video, chunks_.payload());
  case kAmf0DataMessage: return take_media(MediaKind::data, chunks_.payload());
  // What AMF3 data of known encoders has behind its first byte is AMF0.
  case kAmf3DataMessage:
    return take_media(MediaKind::data, chunks_.payload().substr(std::min<std::size_t>(chunks_.payload().size(), 1)));
  case kAggregateMessage:
    if (role_ == Role::publisher) parts_.begin(chunks_.payload(), chunks_.timestamp());
    break;
  case kUserControlMessage: take_user_control(chunks_.payload()); break;
  case kWindowSizeMessage: {
    const std::uint32_t window = ByteReader(chunks_.payload()).u32();
    if (window > 0) window_bytes_ = std::max(window, kLeastWindowBytes);
    break;
  }
  default: break;
  }
  return ServerProgress::need_more;
}

void RtmpServer::take_user_control(std::string_view payload) {
  ByteReader reader(payload);
  const std::uint16_t event = reader.u16();
  const std::uint32_t time = reader.u32();
  if (reader.ok() && event == static_cast<std::uint16_t>(UserControl::ping) && stage_ == Stage::connected)
    output_ += user_control_message(UserControl::pong, time);
}

ServerProgress RtmpServer::take_media(MediaKind kind, std::string_view payload) {
  if (stage_ != Stage::connected) return fail(ServerError::no_connect);
  if (role_ != Role::publisher) return ServerProgress::need_more;
  message_ = {kind, chunks_.timestamp(), payload};
  return ServerProgress::media;
}

ServerProgress RtmpServer::take_command(std::string_view text) {
  const ClientCommand command = read_client_command(text);
  if (command.kind == ClientCommandKind::unreadable) return fail(ServerError::bad_command);
  if (command.kind == ClientCommandKind::connect) return take_connect(command);
  if (stage_ != Stage::connected) return fail(ServerError::no_connect);
  const bool wants_answer = command.transaction_id != 0;
  switch (command.kind) {
  case ClientCommandKind::create_stream:
    if (wants_answer) output_ += create_stream_answer(command.transaction_id, kViewersMessageStream);
    break;
  case ClientCommandKind::release_stream:
    if (wants_answer) output_ += empty_answer(command.transaction_id);
    break;
  case ClientCommandKind::announce_publish:
    if (wants_answer) output_ += announce_answer("onFCPublish", "NetStream.Publish.Start");
    break;
  case ClientCommandKind::announce_unpublish:
    if (wants_answer) output_ += announce_answer("onFCUnpublish", "NetStream.Unpublish.Success");
    break;
  case ClientCommandKind::publish:
    return command.ends_publishing ? stop() : take_start(command, ServerProgress::publish);
  case ClientCommandKind::play: return take_start(command, ServerProgress::play);
  case ClientCommandKind::delete_stream:
  case ClientCommandKind::close_stream: return stop();
  default: break;
  }
  return ServerProgress::need_more;
}

ServerProgress RtmpServer::take_connect(const ClientCommand& command) {
  if (stage_ == Stage::connected) return fail(ServerError::connect_again);
  app_ = without_slashes(without_query(command.app));
  stage_ = Stage::connected;
  output_ += connect_answer(command);
  return ServerProgress::need_more;
}

ServerProgress RtmpServer::take_start(const ClientCommand& command, ServerProgress wanted) {
  if (role_ != Role::none) return fail_start(wanted, ServerError::stream_again);
  const std::string_view name = without_slashes(without_query(command.stream_name.value_or("")));
  std::string path = app_;
  if (!path.empty()) path += '/';
  path += name;
  if (name.empty() || path.size() > kMaxPathBytes || !is_clean(path)) return fail_start(wanted, ServerError::bad_name);
  request_ = {std::move(path), chunks_.message_stream(), app_.size()};
  return wanted;
}

// Who only sees the connection end tries the same again.
ServerProgress RtmpServer::fail_start(ServerProgress wanted, ServerError error) {
  const bool is_name = error == ServerError::bad_name;
  const std::string_view of_name =
      wanted == ServerProgress::publish ? "NetStream.Publish.BadName" : "NetStream.Play.StreamNotFound";
  output_ += status_message(chunks_.message_stream(), "error", is_name ? of_name : "NetStream.Failed",
                            is_name ? "Not a name of a stream." : "Another stream has not ended.");
  return fail(error);
}

void RtmpServer::start_publishing() {
  role_ = Role::publisher;
  chunks_.set_payload_limit(kMaxMediaBytes);
  output_ += status_message(request_.message_stream, "status", "NetStream.Publish.Start", "Started publishing stream.");
}

void RtmpServer::start_playing() {
  role_ = Role::viewer;
  output_ += play_answer(request_.message_stream);
}

void RtmpServer::refuse(StreamRefused why) {
  role_ = Role::none;
  switch (why) {
  case StreamRefused::name_in_use:
    output_ +=
        status_message(request_.message_stream, "error", "NetStream.Publish.BadName", "Stream already publishing.");
    break;
  case StreamRefused::unavailable:
    output_ += status_message(request_.message_stream, "error", "NetStream.Failed", "The server has no room.");
    break;
  case StreamRefused::unreachable:
    output_ +=
        status_message(request_.message_stream, "error", "NetStream.Failed", "The stream cannot be fetched now.");
    break;
  case StreamRefused::too_often:
    output_ +=
        status_message(request_.message_stream, "error", "NetStream.Failed", "Too many streams in a short time.");
    break;
  case StreamRefused::nothing_published:
    output_ += status_message(request_.message_stream, "error", "NetStream.Play.StreamNotFound", "No such stream.");
    break;
  }
}

void RtmpServer::end_playing() {
  if (role_ != Role::viewer) return;
  role_ = Role::none;
  output_ += end_of_play(request_.message_stream);
}

ServerProgress RtmpServer::stop() {
  const Role before = std::exchange(role_, Role::none);
  if (before == Role::none) return ServerProgress::need_more;
  if (before == Role::publisher) {
    chunks_.set_payload_limit(kMaxEarlyBytes);
    parts_.clear();
    output_ +=
        status_message(request_.message_stream, "status", "NetStream.Unpublish.Success", "Stopped publishing stream.");
  }
  return ServerProgress::stop;
}

ServerProgress RtmpServer::fail(ServerError error) {
  if (error_ == ServerError::none) error_ = error;
  return ServerProgress::failed;
}

} // namespace rtmpt_proxy::protocol
