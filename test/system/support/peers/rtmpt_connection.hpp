// SPDX-License-Identifier: Apache-2.0
// One connection of the scripted RTMPT server.
#pragma once

#include "local/descriptor.hpp"
#include "support/peers/rtmpt_request.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// How a request is answered.
struct RtmptAnswer {
  // What becomes of the connection once the bytes are out: it stays; it ends with FIN, and nothing more is read; it
  // ends so unless another request has come, for then nobody could tell whether that was read; it is reset.
  enum class Then { keep, finish, finish_if_quiet, reset };

  std::optional<std::string> bytes = std::nullopt; // as they go out; nothing: the answer of a good server
  std::chrono::milliseconds delay{0};              // after the request came
  Then then = Then::keep;
  bool held = false;             // until ScriptedRtmptServer::release()
  std::string more_headers = {}; // of a good server's answer, each with its CRLF
};

// A whole answer with this body.
std::string rtmpt_reply(std::string_view body, std::string_view more_headers = "Connection: keep-alive\r\n",
                        std::string_view status = "200 OK");

// The answers that a connection owes, and its bytes in both directions. The socket is non-blocking; no call waits.
class RtmptConnection {
 public:
  struct Owed {
    RtmptRequest request;
    RtmptAnswer answer;
  };

  RtmptConnection(std::size_t index, local::Descriptor socket) : index_(index), socket_(std::move(socket)) {}

  std::size_t index() const { return index_; }
  int socket() const { return socket_.get(); }
  bool open() const { return static_cast<bool>(socket_); }
  bool leaving() const { return !open() || leaving_; }
  bool wants_to_read() const { return !leaving() && reading; }
  bool wants_to_write() const { return open() && !unsent_.empty(); }

  // Adds what there is to `input`; false when the other side has ended the connection.
  bool read();

  // Queues bytes, and how the connection goes on once they are out.
  void write(std::string_view bytes, RtmptAnswer::Then then);

  // Sends what the socket takes, and ends the connection when that is due.
  void flush();
  void end(RtmptAnswer::Then how);

  std::string input;                       // not yet a whole request
  std::deque<Owed> owed;                   // in the order of the requests
  bool reading = true;                     // the test's wish
  std::optional<RtmptAnswer::Then> ending; // likewise, at once or
  bool ending_once_quiet = false;          // once is_quiet()

  // Nothing has come that is not answered.
  bool is_quiet() const;

 private:
  std::size_t index_;
  local::Descriptor socket_;
  std::string unsent_;
  std::optional<RtmptAnswer::Then> leaving_;
};

} // namespace rtmpt_proxy::test
