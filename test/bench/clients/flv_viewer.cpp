// SPDX-License-Identifier: Apache-2.0
#include "flv_viewer.hpp"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>

namespace rtmpt_proxy::bench {

namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::size_t kMostHeadBytes = 8192;
constexpr std::string_view kUpgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

local::Descriptor connect_to(std::uint16_t port) {
  local::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  return socket;
}

bool has_line(const std::string& head, const char* line) {
  return ::strcasestr(head.c_str(), line) != nullptr;
}

} // namespace

FlvSource flv_source(std::string_view url) {
  constexpr std::string_view kHttp = "http://127.0.0.1:";
  constexpr std::string_view kWebSocket = "ws://127.0.0.1:";
  const bool is_websocket = url.starts_with(kWebSocket);
  const std::string_view place =
      is_websocket || url.starts_with(kHttp) ? url.substr((is_websocket ? kWebSocket : kHttp).size()) : "";
  FlvSource source;
  const char* const end = place.data() + place.size();
  const char* const path = std::from_chars(place.data(), end, source.port).ptr;
  if (source.port == 0 || path == end || *path != '/')
    throw std::invalid_argument("'" + std::string(url) + "': expected http or ws://127.0.0.1:PORT/PATH");
  source.request = "GET " + std::string(path, end) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(source.port) +
                   "\r\n" + std::string(is_websocket ? kUpgrade : "") + "\r\n";
  return source;
}

FlvViewer::FlvViewer(const FlvSource& source, ClientFigures& figures) : figures_(figures) {
  figures.connecting();
  socket_ = connect_to(source.port);
  const auto size = static_cast<ssize_t>(source.request.size());
  if (::send(socket_.get(), source.request.data(), source.request.size(), MSG_NOSIGNAL) != size) {
    end(std::string("it cannot ask: ") + std::strerror(errno));
    socket_ = {};
  }
}

bool FlvViewer::read(std::vector<char>& scratch) {
  const ssize_t count = ::recv(socket_.get(), scratch.data(), scratch.size(), MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return true;
  if (count <= 0) return end(count < 0 ? std::strerror(errno) : "the server has closed the connection");
  return take({scratch.data(), static_cast<std::size_t>(count)});
}

bool FlvViewer::take(std::string_view bytes) {
  if (!body_ && !take_head(bytes)) return false;
  MediaCount all;
  while (!bytes.empty() && tags_.is_flv() && !body_->has_ended()) {
    const MediaCount more = tags_.feed(body_->next(bytes));
    all.tags += more.tags;
    all.bytes += more.bytes;
    all.pictures += more.pictures;
  }
  if (all.tags > 0) {
    if (!figures_.is_streaming()) figures_.streaming();
    figures_.packet(all.bytes, all.pictures, figures_.last_packet());
  }
  if (!tags_.is_flv()) return end("what it got is no FLV");
  if (body_ && body_->has_ended()) return end("the server has ended the stream");
  return true;
}

// Takes the head off the front of `bytes`. False when the answer is no stream.
bool FlvViewer::take_head(std::string_view& bytes) {
  head_ += bytes;
  const auto end_of_head = head_.find(kHeadEnd);
  if (end_of_head == std::string::npos) {
    bytes = {};
    return head_.size() <= kMostHeadBytes || end("the head of the answer has no end");
  }
  const std::size_t rest_bytes = head_.size() - end_of_head - kHeadEnd.size();
  bytes.remove_prefix(bytes.size() - rest_bytes);
  head_.resize(end_of_head);
  const bool is_websocket = head_.starts_with("HTTP/1.1 101 ");
  if (!is_websocket && !head_.starts_with("HTTP/1.1 200 ")) return end("it was answered: " + head_);
  const bool is_chunked = has_line(head_, "\r\ntransfer-encoding: chunked");
  body_.emplace(is_websocket ? BodyForm::websocket : is_chunked ? BodyForm::chunked : BodyForm::until_close);
  head_ = {};
  return true;
}

bool FlvViewer::end(const std::string& why) {
  std::fprintf(stderr, "flv_clients: a viewer has ended: %s\n", why.c_str());
  figures_.ended();
  return false;
}

} // namespace rtmpt_proxy::bench
