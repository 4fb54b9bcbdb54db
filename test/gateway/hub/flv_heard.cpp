// SPDX-License-Identifier: Apache-2.0
#include "test/gateway/hub/flv_heard.hpp"

#include <rtmpt_proxy/protocol/media/flv_writer.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace rtmpt_proxy::test {

using gateway::ViewerForm;
using gateway::ViewerQueue;
using protocol::ByteReader;
using protocol::MediaKind;

namespace {

[[noreturn]] void fail(std::string_view what, std::size_t tags) {
  throw std::runtime_error(std::string(what) + " behind " + std::to_string(tags) + " tags");
}

// Takes the next message's payload off `body`. Empty when it is no whole binary message.
std::string_view take_message(std::string_view& body) {
  ByteReader reader(body);
  if (reader.u8() != 0x82) return {};
  const std::uint8_t length = reader.u8();
  const std::uint64_t bytes = length == 126 ? reader.u16() : length == 127 ? reader.u64() : length;
  const std::string_view payload = reader.raw(bytes);
  if (!reader.ok()) return {};
  body.remove_prefix(static_cast<std::size_t>(payload.data() + payload.size() - body.data()));
  return payload;
}

// As take_message(), for a chunk.
std::string_view take_chunk(std::string_view& body) {
  std::size_t bytes = 0;
  const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), bytes, 16);
  const auto line_bytes = static_cast<std::size_t>(end - body.data());
  const std::string_view rest = body.substr(line_bytes);
  if (error != std::errc() || !rest.starts_with("\r\n") || rest.size() < bytes + 4) return {};
  if (rest.substr(2 + bytes, 2) != "\r\n") return {};
  body = rest.substr(bytes + 4);
  return rest.substr(2, bytes);
}

std::string_view take_tags(ViewerForm form, std::string_view& body) {
  if (form == ViewerForm::flv_websocket) return take_message(body);
  if (form == ViewerForm::flv_chunked) return take_chunk(body);
  return std::exchange(body, std::string_view());
}

MediaKind kind_of(std::uint8_t type, std::size_t tags) {
  for (const MediaKind kind : {MediaKind::audio, MediaKind::video, MediaKind::data})
    if (protocol::type_of(kind) == type) return kind;
  fail("tag of type " + std::to_string(type), tags);
}

void read_tags(ByteReader& reader, std::vector<FlvTagHeard>& tags) {
  while (!reader.finished()) {
    const std::uint8_t type = reader.u8();
    const std::size_t upper = reader.u8();
    const std::size_t payload_bytes = upper << 16 | reader.u16();
    const std::uint32_t time = reader.u32();
    reader.raw(3);
    const std::string_view payload = reader.raw(payload_bytes);
    const std::size_t end = reader.u32();
    if (!reader.ok()) fail("part of a tag", tags.size());
    if (end != 11 + payload_bytes) fail("tag with another length at its end", tags.size());
    tags.push_back({kind_of(type, tags.size()), time >> 8 | (time & 0xff) << 24, std::string(payload)});
  }
}

} // namespace

bool FlvHeard::has(MediaKind kind, std::string_view payload) const {
  return std::any_of(tags.begin(), tags.end(),
                     [&](const FlvTagHeard& tag) { return tag.kind == kind && tag.payload == payload; });
}

FlvHeard flv_heard(ViewerForm form, std::string_view body) {
  FlvHeard heard;
  bool has_begun = false;
  while (!body.empty()) {
    const std::string_view tags = take_tags(form, body);
    if (tags.empty()) fail("no chunk or message", heard.tags.size());
    ByteReader reader(tags);
    if (!std::exchange(has_begun, true)) {
      const std::string_view start = reader.raw(protocol::kFlvHeaderBytes);
      heard.flags = start.size() > 4 ? static_cast<std::uint8_t>(start[4]) : 0;
      if (start != protocol::flv_header((heard.flags & 4) != 0, (heard.flags & 1) != 0)) fail("no FLV", 0);
    }
    read_tags(reader, heard.tags);
  }
  return heard;
}

std::string written(ViewerQueue& queue, std::size_t bytes) {
  std::string all;
  while (queue.has_bytes() && all.size() < bytes) {
    const auto parts = queue.parts();
    const std::string both = std::string(parts[0]).append(parts[1]);
    if (both.empty()) throw std::runtime_error("a queue has bytes and gives none");
    const std::size_t count = std::min(bytes - all.size(), both.size());
    all += both.substr(0, count);
    queue.advance(count);
  }
  return all;
}

} // namespace rtmpt_proxy::test
