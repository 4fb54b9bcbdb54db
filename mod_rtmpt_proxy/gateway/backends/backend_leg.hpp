// A session's connection to its media server, whatever is spoken there.
#pragma once

#include "gateway/session/stream_buffer.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace rtmpt_proxy::gateway {

// What a leg tells its session. Called on the loop, never from within BackendLeg::write().
class BackendOwner {
 public:
  // The server has sent bytes, which read() would bring. settled() comes after.
  virtual void backend_readable() = 0;
  // RTMP bytes, at most as many as follow() last gave room for. settled() comes after.
  virtual void backend_bytes(std::string_view bytes) = 0;
  // The server has no more bytes just now: nothing is gained by waiting for them.
  virtual void backend_pauses() = 0;
  // The leg takes bytes; write() is to be called with what waits.
  virtual void backend_writable() = 0;
  // The server ended the stream; the leg is closed. `reason` is empty when it did so in good order, else what an
  // administrator should know, to stand behind the name of the session.
  virtual void backend_closed(std::string_view reason) = 0;
  // The leg has done with an event.
  virtual void settled() = 0;
  // Keeps the owner, and with it the leg, alive while something is under way.
  virtual std::shared_ptr<void> keep() = 0;

 protected:
  ~BackendOwner() = default;
};

// Belongs to its owner. Everything runs on the gateway's loop.
class BackendLeg {
 public:
  virtual ~BackendLeg() = default;

  // Takes what can be sent at once and returns how many bytes that was.
  virtual std::size_t write(const Pieces& bytes) = 0;

  // backend_readable() was said and read() did not follow yet. A leg that brings its bytes unasked is never readable.
  virtual bool is_readable() const = 0;
  // How much waits in the kernel while it is readable.
  virtual std::size_t readable_bytes() const = 0;
  // Brings what the server has sent, as far as there is room, with backend_bytes() or backend_closed(); is_readable()
  // afterwards when there may be more. What waited in the kernel for a while comes in one piece, for the price of one.
  virtual void read() = 0;

  // After every event: watches for bytes while there is room for them, and calls backend_writable() when it can take
  // some of the `waiting_bytes`.
  virtual void follow(std::size_t room_bytes, std::size_t waiting_bytes) = 0;

  // The session has ended: what still waits is delivered, the server is told in its own way, and the leg closes itself.
  // Bytes that come meanwhile are read and may be dropped. follow() goes on being called.
  virtual void finish() = 0;

  // Ends the connection at once.
  virtual void close() = 0;
  virtual bool is_open() const = 0;
};

} // namespace rtmpt_proxy::gateway
