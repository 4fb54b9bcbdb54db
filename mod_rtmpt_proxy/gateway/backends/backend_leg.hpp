// SPDX-License-Identifier: Apache-2.0
// A stream's connection to its backend, whatever protocol the backend speaks.
#pragma once

#include "gateway/session/stream_buffer.hpp"

#include <cstddef>
#include <memory>
#include <string>
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
  // From now on the backend gathers what it has for the client by itself, so that nobody needs to wait for more of it.
  // And it leaves out what a slow client is too late for: little should wait in the kernel, where nothing can be left
  // out any more.
  virtual void backend_gathers() {}
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

  // From now on the backend counts as readable when this many bytes are there, or its end; 1 for any. A leg that cannot
  // wait like that goes on as before.
  virtual void gather(std::size_t /*bytes*/) {}
  // Reads what is there, also when it is less than gather() asks for, and waits for more: afterwards the leg is not
  // readable.
  virtual void look() { read(); }

  // The stream calls it after every event. The leg waits for bytes while there is room for them, and calls
  // backend_writable() when it can take some of the `waiting_bytes`.
  virtual void follow(std::size_t room_bytes, std::size_t waiting_bytes) = 0;

  // The session has ended. The leg sends the waiting bytes, ends its protocol with the backend, and closes itself.
  // Bytes that come meanwhile are read and may be dropped. follow() is still called.
  virtual void finish() = 0;

  // httpd has allowed a stream, and knows the client by that name. What the client sends for the stream comes after it.
  virtual void known_as(const std::string& /*user*/) {}

  // Whether it closed because of its client. Then the reason is nothing that an administrator can repair.
  virtual bool blames_client() const { return false; }

  // The owner wants nothing of the backend any more. A protocol whose sessions outlive their connections says so to the
  // backend: then the leg is open until that is done, follow() is called as before, and what comes is to be dropped.
  virtual void leave() { close(); }

  // Ends the connection at once.
  virtual void close() = 0;
  virtual bool is_open() const = 0;
};

} // namespace rtmpt_proxy::gateway
