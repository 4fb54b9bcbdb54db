// SPDX-License-Identifier: Apache-2.0
#include "server_talk.hpp"

#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>
#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

using namespace std::string_literals;

namespace rtmpt_proxy::test {

using namespace protocol;

std::string command(std::string_view name, double transaction_id, const std::vector<std::string>& values) {
  std::string payload = amf_string(name) + amf_number(transaction_id);
  for (const std::string& value : values)
    payload += value;
  return chunks({.stream = 3, .type = 20, .payload = payload});
}

std::string publisher_hello(std::string_view app, std::string_view name) {
  return handshake() + chunks({.payload = connect_to(app)}) + command("createStream", 2, {amf_null()}) +
         command("publish", 3, {amf_null(), amf_string(name), amf_string("live")});
}

std::string viewer_hello(std::string_view app, std::string_view name) {
  return handshake() + chunks({.payload = connect_to(app)}) + command("createStream", 2, {amf_null()}) +
         command("play", 3, {amf_null(), amf_string(name), amf_number(-2000)});
}

std::string sent(MediaKind kind, std::uint32_t time, std::string_view payload) {
  const std::uint32_t stream = kind == MediaKind::audio ? 4 : kind == MediaKind::video ? 6 : 7;
  return chunks({.stream = stream, .type = type_of(kind), .payload = std::string(payload), .timestamp = time});
}

std::string key_frame(std::string_view what) {
  return "\x17\x01\0\0\0"s.append(what);
}
std::string picture(std::string_view what) {
  return "\x27\x01\0\0\0"s.append(what);
}
std::string video_header(std::string_view what) {
  return "\x17\0\0\0\0"s.append(what);
}
std::string sound(std::string_view what) {
  return "\xaf\x01"s.append(what);
}
std::string audio_header(std::string_view what) {
  return "\xaf\0"s.append(what);
}
std::string metadata_of_size(int width, int height) {
  return amf_string("@setDataFrame") + amf_string("onMetaData") +
         amf_ecma_array({{"width", amf_number(width)}, {"height", amf_number(height)}});
}

void ServerListener::hear(std::string_view bytes) {
  if (handshake_bytes_ < kHandshakeBytes) {
    const std::size_t count = std::min(bytes.size(), kHandshakeBytes - handshake_bytes_);
    handshake_bytes_ += count;
    bytes.remove_prefix(count);
    if (count > 0 && handshake_bytes_ == kHandshakeBytes) lines_.emplace_back("handshake");
  }
  while (!bytes.empty()) {
    const auto [progress, consumed_bytes] = chunks_.feed(bytes);
    if (progress == ChunkProgress::failed) throw std::runtime_error(std::string(to_string(chunks_.error())));
    bytes.remove_prefix(consumed_bytes);
    if (progress == ChunkProgress::message) lines_.push_back(line_of_message());
  }
}

namespace {

// The name, and for results the transaction; then the code of its last object.
std::string line_of_command(std::string_view payload) {
  Amf0Reader reader(payload);
  std::string line(reader.next().text);
  const Amf0Token transaction = reader.next();
  if (transaction.number != 0) line += " " + std::to_string(static_cast<int>(transaction.number));
  for (Amf0Token token = reader.next(); token.kind != Amf0Kind::end; token = reader.next()) {
    if (token.name == "code") line += " " + std::string(token.text);
    if (token.depth == 0 && token.kind == Amf0Kind::number)
      line += " = " + std::to_string(static_cast<int>(token.number));
    if (token.depth == 2 && token.kind == Amf0Kind::string) line += " " + std::string(token.text);
  }
  return line;
}

std::string line_of_user_control(std::string_view payload) {
  ByteReader reader(payload);
  const int event = reader.u16();
  const std::string value = std::to_string(reader.u32());
  switch (event) {
  case 0: return "stream begin " + value;
  case 1: return "stream end " + value;
  case 7: return "pong " + value;
  default: return "user control " + std::to_string(event) + " " + value;
  }
}

} // namespace

std::string ServerListener::line_of_message() const {
  const std::string time = std::to_string(chunks_.timestamp());
  const std::string_view payload = chunks_.payload();
  const auto number = [payload] { return std::to_string(ByteReader(payload).u32()); };
  switch (chunks_.message_type()) {
  case kSetChunkSizeMessage: return "chunk size";
  case kAcknowledgementMessage: return "acknowledged " + number();
  case kUserControlMessage: return line_of_user_control(payload);
  case kWindowSizeMessage: return "window " + number();
  case kPeerBandwidthMessage: return "bandwidth " + number();
  case kAmf0CommandMessage: return line_of_command(chunks_.command());
  case kAudioMessage: return ("audio " + time + " ").append(payload);
  case kVideoMessage: return ("video " + time + " ").append(payload);
  case kAmf0DataMessage: return "data " + time + " " + std::string(Amf0Reader(payload).next().text);
  default: return "type " + std::to_string(chunks_.message_type());
  }
}

std::vector<std::string> ServerListener::take_lines() {
  std::vector<std::string> fresh(lines_.begin() + static_cast<std::ptrdiff_t>(taken_), lines_.end());
  taken_ = lines_.size();
  return fresh;
}

bool ServerListener::has(std::string_view line) const {
  return std::find(lines_.begin(), lines_.end(), line) != lines_.end();
}

std::size_t ServerListener::count(std::string_view beginning) const {
  return static_cast<std::size_t>(std::count_if(
      lines_.begin(), lines_.end(), [beginning](const std::string& line) { return line.starts_with(beginning); }));
}

} // namespace rtmpt_proxy::test
