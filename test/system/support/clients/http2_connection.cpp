// SPDX-License-Identifier: Apache-2.0
#include "support/clients/http2_connection.hpp"

namespace rtmpt_proxy::test {

namespace {

constexpr std::uint8_t kData = 0, kHeaders = 1, kReset = 3, kSettings = 4, kPing = 6, kGoAway = 7, kWindowUpdate = 8;
constexpr std::uint8_t kEndStream = 1, kAck = 1, kEndHeaders = 4;
constexpr std::size_t kHeadBytes = 9;
constexpr std::uint32_t kMoreWindow = 0x3fff0000; // for the connection; a stream's own is enough for a small page

std::string big_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    text += static_cast<char>(value >> shift & 0xff);
  return text;
}

std::uint32_t number_at(const std::string& text, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    value = value << 8 | static_cast<std::uint8_t>(text[at + i]);
  return value;
}

// HPACK (RFC 7541): a string without Huffman coding, its length as an integer with a prefix of 7 bits.
std::string hpack_string(const std::string& text) {
  std::string coded;
  if (text.size() < 127) {
    coded += static_cast<char>(text.size());
  } else {
    coded += '\x7f';
    std::size_t rest = text.size() - 127;
    for (; rest >= 128; rest /= 128)
      coded += static_cast<char>(rest % 128 + 128);
    coded += static_cast<char>(rest);
  }
  return coded + text;
}

// A literal that is not indexed: no state is kept on either side.
std::string hpack_field(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + hpack_string(name) + hpack_string(value);
}

} // namespace

Http2Connection::Http2Connection(const Endpoint& endpoint) : socket_(connect_to(endpoint)) {
  socket_->write_all("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  send_frame(kSettings, 0, 0, "");
  send_frame(kWindowUpdate, 0, 0, big_endian(kMoreWindow, 4));
}

std::uint32_t Http2Connection::get(const std::string& authority, const std::string& path, const Headers& headers) {
  return send_head({{":method", "GET"}, {":scheme", "http"}, {":path", path}, {":authority", authority}}, headers,
                   true);
}

std::uint32_t Http2Connection::post(const std::string& authority, const std::string& path, const Headers& headers,
                                    std::string_view body, const std::string& scheme) {
  const auto stream =
      send_head({{":method", "POST"}, {":scheme", scheme}, {":path", path}, {":authority", authority}}, headers, false);
  send_frame(kData, kEndStream, stream, body);
  return stream;
}

std::uint32_t Http2Connection::send_head(const Headers& pseudo_headers, const Headers& headers, bool is_whole_request) {
  std::string block;
  for (const Headers* list : {&pseudo_headers, &headers})
    for (const auto& [name, value] : *list)
      block += hpack_field(name, value);
  const auto stream = next_stream_;
  next_stream_ += 2;
  answers_[stream];
  send_frame(kHeaders, kEndHeaders | (is_whole_request ? kEndStream : 0), stream, block);
  return stream;
}

bool Http2Connection::is_ok(std::uint32_t stream, Deadline deadline) {
  await_end(stream, deadline);
  return answers_.at(stream).ok;
}

std::string Http2Connection::body(std::uint32_t stream, Deadline deadline) {
  await_end(stream, deadline);
  auto body = std::move(answers_.at(stream).body);
  answers_.erase(stream);
  return body;
}

std::optional<std::uint32_t> Http2Connection::reset_code(std::uint32_t stream, Deadline deadline) {
  while (!answers_.at(stream).complete && !answers_.at(stream).reset_code)
    take_frame(deadline);
  return answers_.at(stream).reset_code;
}

void Http2Connection::await_end(std::uint32_t stream, Deadline deadline) {
  if (reset_code(stream, deadline)) throw std::runtime_error("the server reset stream " + std::to_string(stream));
}

void Http2Connection::send_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                                 std::string_view payload) {
  std::string frame = big_endian(static_cast<std::uint32_t>(payload.size()), 3);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  frame += big_endian(stream, 4);
  frame += payload;
  socket_->write_all(frame);
}

void Http2Connection::take_frame(Deadline deadline) {
  const auto head = take_bytes(kHeadBytes, deadline);
  const auto payload = take_bytes(number_at(head, 0, 3), deadline);
  const auto type = static_cast<std::uint8_t>(head[3]);
  const auto flags = static_cast<std::uint8_t>(head[4]);
  const auto stream = number_at(head, 5, 4);
  if (type == kSettings && !(flags & kAck)) send_frame(kSettings, kAck, 0, "");
  if (type == kPing && !(flags & kAck)) send_frame(kPing, kAck, 0, payload);
  if (type == kReset) take_reset(stream, number_at(payload, 0, 4));
  if (type == kGoAway) throw std::runtime_error("the server sent GOAWAY: " + payload.substr(8));
  if (type == kHeaders) take_head(stream, payload);
  if (type == kData || type == kHeaders) take_data(stream, flags, type == kData ? payload : "");
}

// The status is the first field, and 200 a field of the static table of RFC 7541; before it the size of the table may
// be told.
void Http2Connection::take_head(std::uint32_t stream, const std::string& block) {
  constexpr std::uint8_t kTableSize = 0x20, kTableSizeMask = 0xe0, kStatus200 = 0x88;
  std::size_t at = 0;
  while (at < block.size() && (static_cast<std::uint8_t>(block[at]) & kTableSizeMask) == kTableSize)
    ++at;
  const auto answer = answers_.find(stream);
  if (answer != answers_.end() && at < block.size())
    answer->second.ok = static_cast<std::uint8_t>(block[at]) == kStatus200;
}

void Http2Connection::take_reset(std::uint32_t stream, std::uint32_t code) {
  const auto answer = answers_.find(stream);
  if (answer != answers_.end()) answer->second.reset_code = code;
}

void Http2Connection::take_data(std::uint32_t stream, std::uint8_t flags, const std::string& payload) {
  const auto answer = answers_.find(stream);
  if (answer == answers_.end()) throw std::runtime_error("a frame for stream " + std::to_string(stream));
  answer->second.body += payload;
  answer->second.complete = (flags & kEndStream) != 0;
  stream_changes_ += stream != last_stream_;
  last_stream_ = stream;
}

std::string Http2Connection::take_bytes(std::size_t count, Deadline deadline) {
  while (buffer_.size() < count) {
    const auto more = socket_->read_some(deadline);
    if (more.empty()) throw std::runtime_error("the server ended the HTTP/2 connection");
    buffer_ += more;
  }
  auto bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return bytes;
}

} // namespace rtmpt_proxy::test
