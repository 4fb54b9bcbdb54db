// SPDX-License-Identifier: Apache-2.0
// The requests of one session to its RTMPT server: their text and numbers, and which of them wait for an answer.
#pragma once

#include "gateway/session/stream_buffer.hpp"

#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>
#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// "POST /open/1", whole, with the client's address in X-Forwarded-For and the servers that the open has passed in
// RTMPT-Hops, unless they are empty. `host` is the Host header's value, always with the port as ffmpeg and librtmp send
// it.
std::string open_request(std::string_view host, std::string_view client_address, std::string_view hops);

// Pure, without I/O. In steady state it allocates nothing.
//
//     answered by the server in this order
//     front                      back
//     [ idle, written whole ][ send, written in part ]
//
class RtmptRequests {
 public:
  // A held idle, a send behind it, and a close behind both.
  static constexpr std::size_t kMostUnderWay = 3;
  // The most RTMP bytes in one send, the same as in Red5's own client.
  static constexpr std::size_t kMaxSendBytes = 32768;

  // Numbers start at 0, as ffmpeg's and librtmp's do.
  RtmptRequests(std::string host, protocol::BackendSessionId session_id);

  // Adds a request at the back. There are less than kMostUnderWay.
  void add_idle();
  void add_close();
  // Adds a send with the first kMaxSendBytes of `bytes`, and returns how many bytes it took.
  std::size_t add_send(const Pieces& bytes);

  bool empty() const { return count_ == 0; }
  bool has(protocol::TunnelRequestKind kind) const;
  // The kind of the request whose answer comes next. Must not be called when empty().
  protocol::TunnelRequestKind front_kind() const { return slots_[0].kind; }

  // The bytes that are not written yet: at most one piece for each request, empty ones at the end.
  std::array<std::string_view, kMostUnderWay> unwritten() const;
  bool all_written() const;
  void written(std::size_t count);
  // How many bytes of the requests under way were written.
  std::size_t written_bytes() const;

  // The first request has its answer.
  void answered();
  // All requests will be written again, on another connection.
  void rewind();

 private:
  struct Slot {
    protocol::TunnelRequestKind kind = protocol::TunnelRequestKind::idle;
    std::string text;
    std::size_t written_bytes = 0;
  };

  void add(protocol::TunnelRequestKind kind, const Pieces& body);

  std::string host_;
  protocol::BackendSessionId session_id_;
  std::uint32_t next_number_ = 0;
  std::array<Slot, kMostUnderWay> slots_;
  std::size_t count_ = 0;
};

} // namespace rtmpt_proxy::gateway
