// SPDX-License-Identifier: Apache-2.0
#include "protocol/rtmp/gated_command.hpp"
#include "protocol/rtmp/message_name.hpp"

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmp/stream_gate.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::protocol {

namespace {

// Chunks are followed up to the next multiple of this position at a time, so that how far a command is spread is found
// at the same places however the bytes are cut.
constexpr std::uint64_t kSliceBytes = 4096;

bool belongs_to_publishing(std::uint8_t type) {
  return type == kAudioMessage || type == kVideoMessage || type == kAmf0DataMessage || type == kAmf3DataMessage;
}

bool is_about_connection(std::uint8_t type) {
  return type == kSetChunkSizeMessage || type == kAcknowledgementMessage || type == kUserControlMessage ||
         type == kWindowSizeMessage || type == kPeerBandwidthMessage;
}

bool is_strict_command(std::uint8_t type) {
  return type == kAmf0CommandMessage || type == kAmf3CommandMessage;
}

bool may_become_withheld(const RtmpChunkReader::Unfinished& message) {
  if (!has_name(message.type)) return false;
  return std::any_of(kWithheldNames.begin(), kWithheldNames.end(),
                     [&message](std::string_view name) { return may_become(message.type, message.kept, name); });
}

} // namespace

std::string_view to_string(GatedKind kind) {
  switch (kind) {
  case GatedKind::connect: return "connect";
  case GatedKind::publish: return "publish";
  case GatedKind::play: return "play";
  case GatedKind::play2: return "play2";
  }
  return "unknown";
}

std::string_view to_string(GateFault fault) {
  switch (fault) {
  case GateFault::none: return "no error";
  case GateFault::not_rtmp: return "the first byte is no version of RTMP";
  case GateFault::encrypted: return "the handshake is encrypted (RTMPE)";
  case GateFault::bad_chunks: return "what the client sent is no chunk stream";
  case GateFault::bad_command: return "a command of the client cannot be read, or not in one way only";
  case GateFault::no_connect: return "another message comes before connect";
  case GateFault::second_connect: return "the client sent connect a second time";
  case GateFault::hiding: return "the client sent a message that could hide a command";
  case GateFault::unpublished_media: return "the client sent media where it was not allowed to publish";
  case GateFault::other_name: return "the client announced another stream than it publishes";
  case GateFault::spread_command: return "over 32768 bytes lie between a command's beginning and its end";
  case GateFault::too_many_streams: return "the client publishes or plays over 16 streams at a time";
  }
  return "unknown";
}

StreamGate::StreamGate(Begin begin) : begin_(begin) {}

std::size_t StreamGate::feed(std::string_view bytes, PublishedMedia& media) {
  std::size_t taken = 0;
  if (begin_ != Begin::behind_handshake && handshake_bytes_ < kHandshakeBytes) taken = pass_handshake(bytes);
  while (taken < bytes.size() && !is_asking_ && fault_ == GateFault::none) {
    const std::uint64_t slice_bytes = kSliceBytes - chunks_.position() % kSliceBytes;
    const auto [progress, consumed_bytes] = chunks_.feed(bytes.substr(taken, static_cast<std::size_t>(slice_bytes)));
    taken += consumed_bytes;
    followed_ += consumed_bytes;
    look_at_unfinished();
    if (progress == ChunkProgress::failed) fail(GateFault::bad_chunks);
    if (progress == ChunkProgress::message) take_message(media);
  }
  update_passable();
  return taken;
}

std::size_t StreamGate::pass_handshake(std::string_view bytes) {
  if (fault_ != GateFault::none || bytes.empty()) return 0;
  if (handshake_bytes_ == 0) {
    const auto version = static_cast<std::uint8_t>(bytes.front());
    if (version != kRtmpVersion) fail(is_encrypted_rtmp_version(version) ? GateFault::encrypted : GateFault::not_rtmp);
    if (fault_ != GateFault::none) return 0;
  }
  const std::size_t count = std::min(bytes.size(), static_cast<std::size_t>(kHandshakeBytes - handshake_bytes_));
  handshake_bytes_ += count;
  followed_ += count;
  return count;
}

// Of a message of that type, from its header on; bytes of it must not pass before it is complete.
GateFault StreamGate::fault_of(std::uint8_t type, std::uint32_t message_stream) const {
  if (type == kAbortMessage || type == kAggregateMessage) return GateFault::hiding;
  return belongs_to_publishing(type) && !is_published(message_stream) ? GateFault::unpublished_media : GateFault::none;
}

// The first fault is the one of the message that began first, however the bytes are cut.
void StreamGate::look_at_unfinished() {
  GateFault first = fault_of(chunks_.message_type(), chunks_.message_stream());
  std::uint64_t first_begin = chunks_.message_begin();
  const bool is_at_slice = chunks_.position() % kSliceBytes == 0;
  chunks_.for_each_unfinished([&](const RtmpChunkReader::Unfinished& message) {
    GateFault fault = fault_of(message.type, message.message_stream);
    const bool is_spread = is_at_slice && chunks_.position() - message.begin > kMaxGatedSpreadBytes;
    if (fault == GateFault::none && is_spread && may_become_withheld(message)) fault = GateFault::spread_command;
    if (fault == GateFault::none || (first != GateFault::none && first_begin < message.begin)) return;
    first = fault;
    first_begin = message.begin;
  });
  if (first != GateFault::none) fail(first);
}

void StreamGate::take_message(PublishedMedia& media) {
  if (fault_ != GateFault::none) return;
  const std::uint8_t type = chunks_.message_type();
  if (is_about_connection(type)) return;
  if (chunks_.head_is_lost()) return fail(GateFault::hiding);
  if (is_strict_command(type)) return take_command();
  if (!is_connected_) return fail(GateFault::no_connect);
  take_media(type, media);
}

// Data and shared objects whose name is a command's are commands to some media servers.
void StreamGate::take_media(std::uint8_t type, PublishedMedia& media) {
  const auto has = [&](std::string_view name) { return may_have_name(type, chunks_.head(), name); };
  if (has_name(type) && std::any_of(kWithheldNames.begin(), kWithheldNames.end(), has)) return fail(GateFault::hiding);
  media.take(chunks_);
}

void StreamGate::take_command() {
  const StrictCommand command = read_strictly(chunks_);
  if (command.kind == StrictCommandKind::bad) return fail(GateFault::bad_command);
  if (command.kind == StrictCommandKind::connect) return take_connect(command.connect);
  if (!is_connected_) return fail(GateFault::no_connect);
  const std::string_view* const name = command.stream_name ? &*command.stream_name : nullptr;
  switch (command.kind) {
  case StrictCommandKind::publish:
    take_publish(name);
    if (name) {
      begin_asking(GatedKind::publish, *name, command.transaction_id);
      command_.publish_type = command.publish_type;
    }
    return;
  case StrictCommandKind::play:
  case StrictCommandKind::play2:
    end_play(chunks_.message_stream());
    if (count_uses(false) == kMaxGatedStreams) return fail(GateFault::too_many_streams);
    if (name)
      begin_asking(command.kind == StrictCommandKind::play ? GatedKind::play : GatedKind::play2, *name,
                   command.transaction_id);
    return;
  case StrictCommandKind::announce: return name ? take_announcement(*name) : void();
  case StrictCommandKind::end_announced: return name ? take_end_of_announced(*name) : void();
  case StrictCommandKind::close_stream: return end_stream(chunks_.message_stream());
  case StrictCommandKind::delete_stream: return take_deletion(command.message_stream);
  case StrictCommandKind::connect:
  case StrictCommandKind::bad:
  case StrictCommandKind::other: return;
  }
}

void StreamGate::take_connect(const RtmpCommand& connect) {
  if (std::exchange(is_connected_, true)) return fail(GateFault::second_connect);
  connect_ = {connect.transaction_id,
              std::string(connect.app),
              std::string(connect.tc_url),
              std::string(connect.flash_version),
              connect.is_cut,
              connect.is_publisher,
              std::string(connect.swf_url),
              std::string(connect.page_url)};
  if (begin_ == Begin::at_handshake) begin_asking(GatedKind::connect, {}, connect.transaction_id);
}

// Null: publish(false).
void StreamGate::take_publish(const std::string_view* name) {
  end_uses(chunks_.message_stream());
  if (!name) return;
  if (has_announced_ && announced_name_ != *name) return fail(GateFault::other_name);
  if (count_uses(true) == kMaxGatedStreams) fail(GateFault::too_many_streams);
}

// One that names no message stream may end any of them.
void StreamGate::take_deletion(std::optional<std::uint32_t> message_stream) {
  if (message_stream)
    end_stream(*message_stream);
  else
    uses_.clear();
}

void StreamGate::take_announcement(std::string_view name) {
  if (std::exchange(has_announced_, true) && announced_name_ != name) return fail(GateFault::other_name);
  announced_name_ = name;
}

void StreamGate::take_end_of_announced(std::string_view name) {
  const bool is_announced = has_announced_ && announced_name_ == name;
  if (!is_announced && last_published_ != name) fail(GateFault::other_name);
}

void StreamGate::begin_asking(GatedKind kind, std::string_view name, double transaction_id) {
  if (fault_ != GateFault::none) return;
  const std::uint64_t begin = chunks_.message_begin();
  if (chunks_.position() - begin > kMaxGatedSpreadBytes + kSliceBytes) return fail(GateFault::spread_command);
  command_ = {kind, std::string(name), transaction_id, chunks_.message_stream(), chunks_.is_amf3_command(), {}};
  asked_begin_ = chunk_position(begin);
  is_asking_ = true;
}

std::uint64_t StreamGate::allow() {
  if (!is_asking()) return 0;
  is_asking_ = false;
  const bool is_publish = command_.kind == GatedKind::publish;
  const bool is_use = command_.kind != GatedKind::connect;
  if (is_use) uses_.push_back({command_.message_stream, is_publish, ++last_use_});
  if (is_publish) {
    last_published_ = std::move(command_.stream_name);
    announced_name_ = {};
    has_announced_ = false;
  }
  command_ = {};
  update_passable();
  return is_use ? last_use_ : 0;
}

void StreamGate::update_passable() {
  if (fault_ != GateFault::none) return;
  std::uint64_t passable = followed_;
  if (is_asking_) passable = std::min(passable, asked_begin_);
  passable = std::min(passable, chunk_position(chunks_.header_begin()));
  chunks_.for_each_unfinished([&](const RtmpChunkReader::Unfinished& message) {
    if (may_become_withheld(message)) passable = std::min(passable, chunk_position(message.begin));
  });
  passable_ = std::max(passable_, passable);
}

bool StreamGate::is_published(std::uint32_t message_stream) const {
  return std::any_of(uses_.begin(), uses_.end(), [message_stream](const StreamUse& use) {
    return use.is_publish && use.message_stream == message_stream;
  });
}

void StreamGate::end_uses(std::uint32_t message_stream) {
  std::erase_if(uses_, [message_stream](const StreamUse& use) { return use.message_stream == message_stream; });
}

void StreamGate::end_stream(std::uint32_t message_stream) {
  end_uses(message_stream);
  endings_.push_back({message_stream, followed_});
}

void StreamGate::end_play(std::uint32_t message_stream) {
  std::erase_if(uses_, [message_stream](const StreamUse& use) {
    return !use.is_publish && use.message_stream == message_stream;
  });
}

std::size_t StreamGate::count_uses(bool is_publish) const {
  return static_cast<std::size_t>(std::count_if(
      uses_.begin(), uses_.end(), [is_publish](const StreamUse& use) { return use.is_publish == is_publish; }));
}

void StreamGate::fail(GateFault fault) {
  if (fault_ == GateFault::none) fault_ = fault;
}

} // namespace rtmpt_proxy::protocol
