// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>
#include <rtmpt_proxy/protocol/rtmp/connect_query.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <algorithm>
#include <optional>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::size_t kLeastQueryBytes = 4; // a property's length, one letter and its value

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

// Where the payload of a message lies among its chunks.
struct Layout {
  std::size_t header_bytes = 0;       // of the first chunk
  std::size_t later_header_bytes = 0; // of each other one
  std::size_t payload_bytes = 0;
  std::size_t chunk_bytes = 0; // of payload, but in the last one

  std::size_t place_of(std::size_t payload_byte) const {
    return header_bytes + payload_byte + payload_byte / chunk_bytes * later_header_bytes;
  }
};

// Without an extended timestamp, which no client sends with its connect.
std::optional<Layout> layout_of(std::string_view chunks, std::uint32_t chunk_size_bytes) {
  constexpr std::uint8_t kStreamMask = 0x3f;
  constexpr std::size_t kFullHeaderBytes = 11;
  constexpr std::size_t kHeaderBytesOfSameStream = 7;
  if (chunks.empty() || chunk_size_bytes == 0) return std::nullopt;
  const std::size_t format = byte_at(chunks, 0) >> 6;
  const std::uint8_t stream = byte_at(chunks, 0) & kStreamMask;
  Layout layout;
  layout.later_header_bytes = stream == 0 ? 2 : stream == 1 ? 3 : 1;
  layout.chunk_bytes = chunk_size_bytes;
  layout.header_bytes = layout.later_header_bytes + (format == 0 ? kFullHeaderBytes : kHeaderBytesOfSameStream);
  if (format > 1 || chunks.size() <= layout.header_bytes) return std::nullopt;
  const std::string_view header = chunks.substr(layout.later_header_bytes);
  if (header.starts_with("\xff\xff\xff")) return std::nullopt;
  for (const std::size_t at : {3, 4, 5})
    layout.payload_bytes = layout.payload_bytes << 8 | byte_at(header, at);
  if (layout.payload_bytes == 0 || layout.place_of(layout.payload_bytes - 1) + 1 != chunks.size()) return std::nullopt;
  return layout;
}

// A text in the payload, and the letter that stands for it in the name of the property behind it.
struct Text {
  std::size_t begin = 0;
  std::size_t bytes = 0;
  char letter = 0;
};

bool cut_text(std::string& payload, const Text& text) {
  const std::string_view whole = std::string_view(payload).substr(text.begin, text.bytes);
  const std::size_t kept = whole.find('?');
  if (kept == std::string_view::npos) return true;
  const std::size_t free_bytes = whole.size() - kept;
  if (free_bytes < kLeastQueryBytes) return false;
  const auto put_length = [&payload](std::size_t at, std::size_t length) {
    payload[at] = static_cast<char>(length >> 8);
    payload[at + 1] = static_cast<char>(length & 0xff);
  };
  put_length(text.begin - 2, kept);
  std::size_t at = text.begin + kept;
  const std::size_t name_bytes = free_bytes - 3;
  put_length(at, name_bytes);
  at += 2;
  payload[at] = text.letter;
  std::fill_n(payload.begin() + static_cast<std::ptrdiff_t>(at) + 1, name_bytes - 1, '_');
  payload[at + name_bytes] = '\x05'; // null
  return true;
}

// In the payload of a connect. False when it is none, or cannot be changed so.
bool cut_queries(std::string& payload) {
  const std::size_t prefix = payload.starts_with('\0') ? 1 : 0; // of AMF3's message type
  Amf0Reader reader(std::string_view(payload).substr(prefix));
  if (reader.next().text != "connect") return false;
  std::optional<Text> texts[2];
  const auto is_over = [](const Amf0Token& token) { // of what there is, or of the connect's object
    return token.kind == Amf0Kind::end || (token.kind == Amf0Kind::close && token.depth == 0);
  };
  for (Amf0Token token = reader.next(); !is_over(token); token = reader.next()) {
    const bool is_url = token.name == "tcUrl";
    if (token.depth != 1 || token.kind != Amf0Kind::string || token.is_cut || token.is_long) continue;
    if (!is_url && token.name != "app") continue;
    texts[is_url ? 1 : 0] =
        Text{static_cast<std::size_t>(token.text.data() - payload.data()), token.text.size(), is_url ? 't' : 'a'};
  }
  if (!texts[0]) return false;
  return cut_text(payload, *texts[0]) && (!texts[1] || cut_text(payload, *texts[1]));
}

} // namespace

bool take_query_out(std::string& chunks, std::uint32_t chunk_size_bytes) {
  const std::optional<Layout> layout = layout_of(chunks, chunk_size_bytes);
  if (!layout) return false;
  std::string payload(layout->payload_bytes, '\0');
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = chunks[layout->place_of(i)];
  if (!cut_queries(payload)) return false;
  for (std::size_t i = 0; i < payload.size(); ++i)
    chunks[layout->place_of(i)] = payload[i];
  return true;
}

bool take_query_out_of_greeting(std::string& bytes) {
  RtmpChunkReader reader = RtmpChunkReader::strict();
  for (std::size_t at = 0; at < bytes.size();) {
    const std::uint32_t chunk_size_bytes = reader.chunk_size_bytes();
    const auto [progress, consumed_bytes] = reader.feed(std::string_view(bytes).substr(at));
    at += consumed_bytes;
    if (progress != ChunkProgress::message) return false;
    if (reader.command().empty()) continue;
    const auto begin = static_cast<std::size_t>(reader.message_begin());
    std::string chunks = bytes.substr(begin, at - begin);
    if (!take_query_out(chunks, chunk_size_bytes)) return false;
    bytes.replace(begin, chunks.size(), chunks);
    return true;
  }
  return false;
}

} // namespace rtmpt_proxy::protocol
