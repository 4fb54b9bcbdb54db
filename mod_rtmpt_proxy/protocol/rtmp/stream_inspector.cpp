// SPDX-License-Identifier: Apache-2.0
#include "protocol/rtmp/rtmp_command.hpp"

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>
#include <rtmpt_proxy/protocol/rtmp/stream_inspector.hpp>
#include <rtmpt_proxy/protocol/text/utf8.hpp>

#include <algorithm>

namespace rtmpt_proxy::protocol {

namespace {

std::string_view without_query(std::string_view text) {
  return text.substr(0, text.find('?'));
}

std::string_view without_slash(std::string_view app) {
  while (app.ends_with('/'))
    app.remove_suffix(1);
  return app;
}

// Copies `text` to `kept`. True when it had to be cut.
bool keep(std::string& kept, std::string_view text, std::size_t max_bytes) {
  kept = cut_utf8(text, max_bytes);
  return kept.size() < text.size();
}

} // namespace

std::string_view to_string(InspectionState state) {
  switch (state) {
  case InspectionState::looking: return "looking";
  case InspectionState::known: return "known";
  case InspectionState::encrypted: return "encrypted";
  case InspectionState::unparsable: return "unparsable";
  case InspectionState::gave_up: return "gave-up";
  }
  return "unknown";
}

std::string_view to_string(StreamKind kind) {
  switch (kind) {
  case StreamKind::none: return "none";
  case StreamKind::publish: return "publish";
  case StreamKind::play: return "play";
  }
  return "unknown";
}

struct StreamInspector::Looking {
  std::size_t bytes = 0; // looked at
  std::size_t messages = 0;
  RtmpChunkReader chunks;
};

StreamInspector::StreamInspector() : looking_(std::make_unique<Looking>()) {}
StreamInspector::~StreamInspector() = default;
StreamInspector::StreamInspector(StreamInspector&&) noexcept = default;
StreamInspector& StreamInspector::operator=(StreamInspector&&) noexcept = default;

std::size_t StreamInspector::held_bytes() const {
  return looking_ ? sizeof(Looking) + looking_->chunks.held_bytes() : 0;
}

void StreamInspector::look(std::string_view bytes) {
  bytes = bytes.substr(0, kMaxInspectedBytes - looking_->bytes);
  follow_chunks(pass_handshake(bytes));
  if (is_done()) return;
  if (looking_->bytes == kMaxInspectedBytes) finish(InspectionState::gave_up);
}

// What follows the handshake.
std::string_view StreamInspector::pass_handshake(std::string_view bytes) {
  const std::size_t seen_bytes = looking_->bytes;
  looking_->bytes += bytes.size();
  if (seen_bytes >= kHandshakeBytes || bytes.empty()) return bytes;
  if (seen_bytes == 0) {
    const auto version = static_cast<std::uint8_t>(bytes.front());
    if (version != kRtmpVersion) {
      if (is_encrypted_rtmp_version(version))
        finish(InspectionState::encrypted);
      else
        finish(InspectionState::unparsable, "the first byte is no version of RTMP");
      return {};
    }
  }
  return bytes.substr(std::min(bytes.size(), kHandshakeBytes - seen_bytes));
}

void StreamInspector::follow_chunks(std::string_view bytes) {
  while (!is_done() && !bytes.empty()) {
    const auto [progress, consumed_bytes] = looking_->chunks.feed(bytes);
    if (progress == ChunkProgress::failed)
      return finish(InspectionState::unparsable, to_string(looking_->chunks.error()));
    if (progress == ChunkProgress::need_more) return;
    bytes.remove_prefix(consumed_bytes);
    const std::string_view command = command_text(looking_->chunks);
    if (!command.empty()) take_command(command);
    if (!is_done() && ++looking_->messages == kMaxInspectedMessages) finish(InspectionState::gave_up);
  }
}

void StreamInspector::take_command(std::string_view message) {
  const RtmpCommand command = read_rtmp_command(message);
  if (command.error != Amf0Error::none) return finish(InspectionState::unparsable, to_string(command.error));
  switch (command.kind) {
  case RtmpCommandKind::other: return;
  case RtmpCommandKind::connect:
    facts_.is_app_cut = keep(facts_.app, without_slash(without_query(command.app)), kMaxAppBytes);
    facts_.is_flash_version_cut = keep(facts_.flash_version, command.flash_version, kMaxFlashVersionBytes);
    return;
  case RtmpCommandKind::publish: facts_.kind = StreamKind::publish; break;
  case RtmpCommandKind::play: facts_.kind = StreamKind::play; break;
  }
  facts_.is_stream_name_cut = keep(facts_.stream_name, without_query(command.stream_name), kMaxStreamNameBytes);
  finish(InspectionState::known);
}

void StreamInspector::finish(InspectionState state, std::string_view problem) {
  facts_.state = state;
  facts_.problem = problem;
  looking_.reset();
}

} // namespace rtmpt_proxy::protocol
