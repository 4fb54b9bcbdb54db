// A stream's connection to its backend, whatever protocol the backend speaks.
#pragma once

#include "gateway/session/stream_buffer.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace rtmpt_proxy::gateway {

// What a backend leg calls: its stream. Called in the loop's thread, never from within BackendLeg::write().
class BackendOwner {
 public:
  // The backend has sent bytes that read() would deliver. The leg calls settled() afterwards.
  virtual void backend_readable() = 0;
  // Delivers RTMP bytes, at most as many as the last follow() gave room for. The leg calls settled() afterwards.
  virtual void backend_bytes(std::string_view bytes) = 0;
  // The backend has no more bytes now, so waiting for more is of no use.
  virtual void backend_pauses() = 0;
  // The leg takes bytes again. The owner calls write() with the waiting bytes.
  virtual void backend_writable() = 0;
  // The backend has ended the stream, and the leg is closed. `reason` is empty when the connection ended normally;
  // otherwise it says what an administrator should know, for a log line that begins with the stream's name.
  virtual void backend_closed(std::string_view reason) = 0;
  // The leg calls it at the end of each event.
  virtual void settled() = 0;
  // Returns a pointer that keeps the owner, and so the leg, alive while a handler waits.
  virtual std::shared_ptr<void> keep() = 0;

 protected:
  ~BackendOwner() = default;
};

// Owned by its stream. Everything runs in the loop's thread.
class BackendLeg {
 public:
  virtual ~BackendLeg() = default;

  // Sends what can be sent at once and returns how many bytes that was.
  virtual std::size_t write(const Pieces& bytes) = 0;

  // Whether backend_readable() was called and read() has not been called since. A leg that delivers its bytes unasked
  // is never readable.
  virtual bool is_readable() const = 0;
  // How many bytes wait in the kernel while it is readable.
  virtual std::size_t readable_bytes() const = 0;
  // Reads what the backend has sent, as far as there is room, and delivers it by backend_bytes() or backend_closed().
  // Afterwards is_readable() says whether there may be more. Bytes that waited in the kernel come in one piece, which
  // costs less.
  virtual void read() = 0;

  // The stream calls it after every event. The leg waits for bytes while there is room for them, and calls
  // backend_writable() when it can take some of the `waiting_bytes`.
  virtual void follow(std::size_t room_bytes, std::size_t waiting_bytes) = 0;

  // The session has ended. The leg sends the waiting bytes, ends its protocol with the backend, and closes itself.
  // Bytes that come meanwhile are read and may be dropped. follow() is still called.
  virtual void finish() = 0;

  // Ends the connection at once.
  virtual void close() = 0;
  virtual bool is_open() const = 0;
};

} // namespace rtmpt_proxy::gateway
