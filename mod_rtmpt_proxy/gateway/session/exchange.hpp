// SPDX-License-Identifier: Apache-2.0
// A tunnel request that waits for its answer, as the session sees it.
#pragma once

#include "gateway/session/stream_buffer.hpp"

#include <cstdint>
#include <optional>

namespace rtmpt_proxy::gateway {

struct Answer {
  std::uint16_t status = 200;
  bool close = false;                           // "Connection: close"
  std::optional<std::uint8_t> polling_interval; // first byte of the body, when there is one
  Pieces body;                                  // points to memory that is valid only during Exchange::answer()

  // Whether the answer carries nothing but its polling interval. Many such answers are equal, so they can be counted
  // instead of stored.
  bool is_empty_poll() const { return status == 200 && !close && polling_interval && size_of(body) == 0; }
};

// HttpTunnel (a connection that the gateway has) and ChildChannel (a channel of httpd) implement it. The session keeps
// a pointer to it from Session::request() until the session has called answer(), or until its owner has called
// Session::forget(). The session calls it in the thread of its loop, also during a call to the session. An
// implementation must not call the session from here.
class Exchange {
 public:
  virtual void answer(const Answer& answer) = 0;

  // False while the client has not read earlier replies. The session then keeps its bytes and answers without data.
  // (librtmp never reads a reply when it publishes.)
  virtual bool can_take_data() const = 0;

  // Called when Session::body_room_bytes() has been 0 for this exchange and there is room again.
  virtual void body_may_go_on() {}

 protected:
  ~Exchange() = default;
};

} // namespace rtmpt_proxy::gateway
