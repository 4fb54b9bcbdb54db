// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/rtmpt_requests.hpp"

#include <rtmpt_proxy/protocol/rtmpt/hop_list.hpp>

#include <algorithm>
#include <charconv>

namespace rtmpt_proxy::gateway {

using protocol::TunnelRequestKind;

namespace {

// Red5 refuses a body of no bytes; clients send this one.
constexpr std::string_view kNoBytes("\0", 1);
// As ffmpeg and librtmp name themselves; crtmpserver knows only this spelling of Connection.
constexpr std::string_view kFixedHeaders = "User-Agent: Shockwave Flash\r\nCache-Control: no-cache\r\n"
                                           "Connection: keep-alive\r\nContent-Type: application/x-fcs\r\n";
// A send larger than this does not keep its storage.
constexpr std::size_t kKeptTextBytes = 4096;

void append_number(std::string& text, std::size_t number) {
  char digits[20];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  text.append(std::begin(digits), end);
}

void append_headers(std::string& text, std::string_view host, std::size_t body_bytes) {
  text.append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n").append(kFixedHeaders).append("Content-Length: ");
  append_number(text, body_bytes);
  text += "\r\n";
}

} // namespace

std::string open_request(std::string_view host, std::string_view client_address, std::string_view hops) {
  std::string text = "POST /open/1";
  append_headers(text, host, kNoBytes.size());
  if (!client_address.empty()) text.append("X-Forwarded-For: ").append(client_address).append("\r\n");
  if (!hops.empty()) text.append(protocol::kHopHeader).append(": ").append(hops).append("\r\n");
  return text.append("\r\n").append(kNoBytes);
}

RtmptRequests::RtmptRequests(std::string host, protocol::BackendSessionId session_id)
    : host_(std::move(host)), session_id_(std::move(session_id)) {}

void RtmptRequests::add_idle() {
  add(TunnelRequestKind::idle, {kNoBytes, {}});
}

void RtmptRequests::add_close() {
  add(TunnelRequestKind::close, {kNoBytes, {}});
}

std::size_t RtmptRequests::add_send(const Pieces& bytes) {
  Pieces body;
  body[0] = bytes[0].substr(0, kMaxSendBytes);
  body[1] = bytes[1].substr(0, kMaxSendBytes - body[0].size());
  add(TunnelRequestKind::send, body);
  return size_of(body);
}

void RtmptRequests::add(TunnelRequestKind kind, const Pieces& body) {
  Slot& slot = slots_[count_++];
  slot.kind = kind;
  slot.written_bytes = 0;
  std::string& text = slot.text;
  text.assign("POST /").append(protocol::to_string(kind)).append("/").append(session_id_.secret()).append("/");
  append_number(text, next_number_++);
  append_headers(text, host_, size_of(body));
  text.append("\r\n").append(body[0]).append(body[1]);
}

bool RtmptRequests::has(TunnelRequestKind kind) const {
  return std::any_of(slots_.begin(), slots_.begin() + count_, [kind](const Slot& slot) { return slot.kind == kind; });
}

std::array<std::string_view, RtmptRequests::kMostUnderWay> RtmptRequests::unwritten() const {
  std::array<std::string_view, kMostUnderWay> pieces;
  std::size_t used = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    const std::string_view rest = std::string_view(slots_[i].text).substr(slots_[i].written_bytes);
    if (!rest.empty()) pieces[used++] = rest;
  }
  return pieces;
}

bool RtmptRequests::all_written() const {
  return count_ == 0 || slots_[count_ - 1].written_bytes == slots_[count_ - 1].text.size();
}

void RtmptRequests::written(std::size_t count) {
  for (std::size_t i = 0; i < count_ && count > 0; ++i) {
    const std::size_t here = std::min(count, slots_[i].text.size() - slots_[i].written_bytes);
    slots_[i].written_bytes += here;
    count -= here;
  }
}

std::size_t RtmptRequests::written_bytes() const {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count_; ++i)
    sum += slots_[i].written_bytes;
  return sum;
}

void RtmptRequests::answered() {
  if (slots_[0].text.capacity() > kKeptTextBytes) slots_[0].text = std::string();
  std::rotate(slots_.begin(), slots_.begin() + 1, slots_.begin() + count_); // the storage stays for a later request
  --count_;
}

void RtmptRequests::rewind() {
  for (std::size_t i = 0; i < count_; ++i)
    slots_[i].written_bytes = 0;
}

} // namespace rtmpt_proxy::gateway
