// One tunnel request that awaits its answer, as the session sees it.
#pragma once

#include "gateway/session/stream_buffer.hpp"

#include <cstdint>
#include <optional>

namespace rtmpt_proxy::gateway {

struct Answer {
  std::uint16_t status = 200;
  bool close = false;                           // "Connection: close"
  std::optional<std::uint8_t> polling_interval; // first byte of the body, when there is one
  Pieces body;                                  // valid during Exchange::answer only

  // An answer that carries nothing but its polling interval; many of them look alike.
  bool is_empty_poll() const { return status == 200 && !close && polling_interval && size_of(body) == 0; }
};

// Implemented by whoever carries requests: a handed-over connection, or a channel of httpd. The session keeps a pointer
// from Session::request() or Session::begin_send() until it has called answer() or Session::forget() was called. Called
// on the session's loop, perhaps from within a call to the session; none of them may call back into the session.
class Exchange {
 public:
  virtual void answer(const Answer& answer) = 0;

  // False while earlier replies still wait to be read by the client: the session then keeps its bytes back and answers
  // empty. librtmp publishers never read a reply.
  virtual bool can_take_data() const = 0;

  // Session::body_room_bytes() was 0 for this exchange, and now there is room.
  virtual void body_may_go_on() {}

 protected:
  ~Exchange() = default;
};

} // namespace rtmpt_proxy::gateway
