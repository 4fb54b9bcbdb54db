// SPDX-License-Identifier: Apache-2.0
#include "hub/flv_viewer.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace rtmpt_proxy::test {

namespace {

constexpr std::size_t kFlagsPlace = 4;

std::uint64_t number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes)
    value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

} // namespace

FlvViewer::FlvViewer(const Endpoint& endpoint, std::string_view request, OnPicture on_picture)
    : stream_(connect_to(endpoint)), counter_(std::move(on_picture)) {
  stream_->write_all(request);
  std::size_t end = std::string::npos;
  const Deadline deadline;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos)
    if (!read_some(deadline)) throw std::runtime_error("no answer, but: " + unread_);
  head_ = unread_.substr(0, end + 4);
  unread_.erase(0, end + 4);
  status_ = std::stoi(head_.substr(9, 3));
  is_websocket_ = status_ == 101;
  is_chunked_ = head_.find("Transfer-Encoding: chunked") != std::string::npos;
}

bool FlvViewer::read_some(Deadline deadline) {
  const std::string bytes = stream_->read_some(deadline);
  unread_ += bytes;
  return !bytes.empty();
}

bool FlvViewer::sees(int pictures, Deadline deadline) {
  take_body();
  while (counter_.pictures() < pictures && !has_ended_ && read_some(deadline))
    take_body();
  return counter_.pictures() >= pictures;
}

bool FlvViewer::ends(Deadline deadline) {
  take_body();
  while (!has_ended_ && read_some(deadline))
    take_body();
  if (!has_ended_ && !is_chunked_ && !is_websocket_) has_ended_ = true;
  return has_ended_;
}

int FlvViewer::flags() const {
  return beginning_.size() > kFlagsPlace ? static_cast<unsigned char>(beginning_[kFlagsPlace]) : -1;
}

bool FlvViewer::is_answered(std::string_view ping, Deadline deadline) {
  send(client_frame(9, ping));
  take_body();
  while (pong_ != ping && !has_ended_ && read_some(deadline))
    take_body();
  return pong_ == ping;
}

void FlvViewer::take_body() {
  if (is_websocket_)
    while (take_frame()) {
    }
  else if (is_chunked_)
    while (take_chunk()) {
    }
  else
    take_flv(std::exchange(unread_, {}));
}

bool FlvViewer::take_chunk() {
  const std::size_t line = unread_.find("\r\n");
  if (has_ended_ || line == std::string::npos) return false;
  const std::size_t size = std::stoul(unread_.substr(0, line), nullptr, 16);
  if (unread_.size() < line + 2 + size + 2) return false;
  if (unread_.substr(line + 2 + size, 2) != "\r\n") throw std::runtime_error("a chunk does not end where it says");
  take_flv(std::string_view(unread_).substr(line + 2, size));
  unread_.erase(0, line + 2 + size + 2);
  has_ended_ = size == 0;
  return !has_ended_;
}

bool FlvViewer::take_frame() {
  if (has_ended_ || unread_.size() < 2) return false;
  const int opcode = unread_[0] & 0x0f;
  const auto length = static_cast<unsigned char>(unread_[1]);
  const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (unread_.size() < 2 + more) return false;
  const std::size_t size = more == 0 ? length : number(std::string_view(unread_).substr(2, more));
  if (unread_.size() < 2 + more + size) return false;
  const std::string payload = unread_.substr(2 + more, size);
  unread_.erase(0, 2 + more + size);
  if (opcode == 2) take_flv(payload);
  if (opcode == 10) pong_ = payload;
  if (opcode == 8) {
    close_code_ = payload.size() >= 2 ? static_cast<int>(number(std::string_view(payload).substr(0, 2))) : 1005;
    has_ended_ = true;
  }
  return !has_ended_;
}

void FlvViewer::take_flv(std::string_view bytes) {
  if (beginning_.size() < kFlvHeaderBytes)
    beginning_ += bytes.substr(0, std::min(bytes.size(), kFlvHeaderBytes - beginning_.size()));
  counter_.feed(bytes);
}

std::string watch_request(const std::string& name, const std::string& headers) {
  return "GET /live/" + name + ".flv HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

std::string websocket_request(const std::string& name, const std::string& headers) {
  return watch_request(name, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                                 headers);
}

std::string client_frame(int opcode, std::string_view payload) {
  const std::string mask{"\x11\x22\x33\x44"};
  std::string frame{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | payload.size())};
  frame += mask;
  for (std::size_t at = 0; at < payload.size(); ++at)
    frame += static_cast<char>(payload[at] ^ mask[at % mask.size()]);
  return frame;
}

} // namespace rtmpt_proxy::test
